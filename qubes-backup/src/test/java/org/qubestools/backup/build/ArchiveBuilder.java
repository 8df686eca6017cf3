package org.qubestools.backup.build;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A backup of format 3 or 4 in the order of the originals. Once built, its members can be changed at will. */
public final class ArchiveBuilder {
    public static final String PASSPHRASE = "correct horse";

    private static final int RECORD = 10240;

    private final boolean v4;
    private final String passphrase;
    private final StringBuilder elements = new StringBuilder();
    private final List<OuterTar.Member> archives = new ArrayList<>();
    private String backupId = "20240101T000000-1";
    private boolean encrypted;
    private String filter = "";
    private String digest = "SHA512";
    private int chunk = 4000;
    private String header = "";
    private String directory = "";

    private ArchiveBuilder(boolean v4, String passphrase) {
        this.v4 = v4;
        this.passphrase = passphrase;
    }

    public static ArchiveBuilder v3() {
        return new ArchiveBuilder(false, PASSPHRASE).element("QubesTemplateVm", "tpl", 1, "");
    }

    public static ArchiveBuilder v4() {
        ArchiveBuilder builder = new ArchiveBuilder(true, PASSPHRASE);
        builder.element("TemplateVM", "tpl", 1, "");
        return builder;
    }

    public ArchiveBuilder backupId(String id) {
        backupId = id;
        return this;
    }

    /** Only of format 3; call it first: the paths depend on it. */
    public ArchiveBuilder encrypted() {
        encrypted = true;
        return this;
    }

    public ArchiveBuilder filter(String name) {
        filter = name;
        return this;
    }

    public ArchiveBuilder digest(String name) {
        digest = name;
        return this;
    }

    /** Bytes of a chunk. */
    public ArchiveBuilder chunk(int bytes) {
        chunk = bytes;
        return this;
    }

    /** Other text of the header than the true one. */
    public ArchiveBuilder header(String text) {
        header = text;
        return this;
    }

    /** An AppVM with a template that is not in the backup; files and archives that follow are its own. */
    public ArchiveBuilder vm(String name, int qid) {
        directory = encrypted || v4 ? "vm" + qid : "appvms/" + name;
        return element(v4 ? "AppVM" : "QubesAppVm", name, qid, directory);
    }

    /** The home of dom0; give its archive yourself. */
    public ArchiveBuilder home(String user) {
        directory = "dom0-home";
        return element(v4 ? "AdminVM" : "QubesAdminVm", "dom0", 0, "dom0-home/" + user);
    }

    /** A VM of this class; empty path: not in the backup. */
    public ArchiveBuilder element(String type, String name, int qid, String path) {
        directory = path.equals("dom0-home") || type.endsWith("dminVm") || type.equals("AdminVM") ? "dom0-home" : path;
        elements.append(v4 ? domain(type, name, qid, path) : stored(type, name, qid, path));
        return this;
    }

    private static String stored(String type, String name, int qid, String path) {
        return "<" + type + " name='" + name + "' qid='" + qid
                + "' label='red' uses_default_netvm='True' template_qid='"
                + (type.equals("QubesAppVm") ? "1" : "none") + "' backup_content='"
                + (path.isEmpty() ? "False" : "True")
                + "' backup_path='" + path + "' backup_size='4096'/>";
    }

    private static String domain(String type, String name, int qid, String path) {
        String identity = qid == 0
                ? ""
                : "<property name='name'>" + name + "</property><property name='qid'>" + qid + "</property>";
        String template = type.equals("AppVM") ? "<property name='template'>tpl</property>" : "";
        String features = path.isEmpty()
                ? ""
                : "<feature name='backup-content'>1</feature><feature name='backup-path'>" + path
                        + (qid == 0 ? "" : "/") + "</feature><feature name='backup-size'>4096</feature>";
        return "<domain id='domain-" + qid + "' class='" + type + "'><properties>" + identity + template
                + "</properties><features>" + features + "</features></domain>";
    }

    /** An inner archive with one file. */
    public ArchiveBuilder file(String name, byte[] content) {
        String path = directory + "/" + name;
        return archive(name, InnerTar.of(path, content));
    }

    /** Any inner archive, by its name below the directory. */
    public ArchiveBuilder archive(String name, byte[] tar) {
        return seal(directory + "/" + name, tar, chunk);
    }

    /** The path of this name in the directory of the VM at hand. */
    public String path(String name) {
        return directory + "/" + name;
    }

    private ArchiveBuilder seal(String path, byte[] tar, int size) {
        archives.addAll(sealed(path, tar, size));
        return this;
    }

    private List<OuterTar.Member> sealed(String path, byte[] tar, int size) {
        byte[] stream = stream(tar);
        List<OuterTar.Member> members = new ArrayList<>();
        int number = 0;
        for (int at = 0; at < stream.length || at == 0; at += size) {
            byte[] part = Arrays.copyOfRange(stream, at, Math.min(stream.length, at + size));
            members.addAll(chunk(String.format("%s.%03d", path, number++), part));
        }
        return members;
    }

    private byte[] stream(byte[] tar) {
        byte[] stream = tar;
        if (!filter.isEmpty()) {
            stream = Compressed.with(filter, stream);
            if (!v4) {
                stream = Arrays.copyOf(stream, (stream.length + RECORD - 1) / RECORD * RECORD);
            }
        }
        return encrypted && !v4 ? Sealing.encrypted("aes-256-cbc", passphrase, stream) : stream;
    }

    /** The members of one chunk of this backup. */
    public List<OuterTar.Member> chunk(String name, byte[] content) {
        if (v4) {
            String context = backupId + "!" + name + "!";
            byte[] member = Sealing.scrypt(Sealing.CHEAP, context, passphrase, content);
            return List.of(new OuterTar.Member(name + ".enc", member));
        }
        return List.of(
                new OuterTar.Member(name, content),
                new OuterTar.Member(name + ".hmac", Sealing.hmac(digest, passphrase, content)));
    }

    /** The document that the backup will hold. */
    private byte[] xml() {
        String xml = v4
                ? "<qubes><properties/><domains>" + elements + "</domains></qubes>"
                : "<QubesVmCollection default_template='1'>" + elements + "</QubesVmCollection>";
        return xml.getBytes(StandardCharsets.UTF_8);
    }

    private String header() {
        if (!header.isEmpty()) {
            return header;
        }
        String compression = filter.isEmpty() ? "" : "compression-filter=" + filter + "\n";
        return v4
                ? "version=4\nencrypted=True\ncompressed=" + bool(!filter.isEmpty()) + "\n" + compression
                        + "hmac-algorithm=scrypt\nbackup-id=" + backupId + "\n"
                : "version=3\nhmac-algorithm=" + digest + "\ncrypto-algorithm=aes-256-cbc\nencrypted=" + bool(encrypted)
                        + "\ncompressed=" + bool(!filter.isEmpty()) + "\n" + compression;
    }

    private static String bool(boolean value) {
        return value ? "True" : "False";
    }

    /** Header, qubes.xml and all archives. */
    public OuterTar build() {
        byte[] text = Sealing.ascii(header());
        OuterTar outer = new OuterTar()
                .add("backup-header", text)
                .add(
                        "backup-header.hmac",
                        v4
                                ? Sealing.scrypt(Sealing.CHEAP, "backup-header!", passphrase, text)
                                : Sealing.hmac(digest, passphrase, text));
        sealed("qubes.xml", InnerTar.of("qubes.xml", xml()), 1 << 20).forEach(outer::add);
        archives.forEach(outer::add);
        return outer;
    }
}
