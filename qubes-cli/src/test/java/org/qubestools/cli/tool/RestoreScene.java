package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.qubestools.cli.ToolRunner.Outcome;

/**
 * An archive of five VMs and the home of dom0, a system with four other VMs to restore it to, and the same system after
 * a restore that nobody disturbed.
 */
final class RestoreScene {
    static final String TEMPLATE = "debian-8";
    static final String NETVM = "sys-vpn";
    static final List<String> ARCHIVED = List.of(TEMPLATE, NETVM, "personal", "work", "win7");
    static final List<String> EARLIER = List.of("fedora-23", "sys-net", "sys-firewall", "vault");
    static final String VMS = "/var/lib/qubes";
    static final String JOURNAL = VMS + "/.qvm-pending";
    static final String HOME = "/home/joanna";
    static final String STAGING = ".qvm-restore-";
    static final String ASIDE = "home-pre-restore-";

    private static final int IMAGE = 4_500_000;
    private static final int PROGRAMS = 25;

    private final Path directory;
    private final Path archive;
    private final Path passphrase;
    private final StoreTree before;
    private final Path after;

    RestoreScene(Path directory, Random random) throws IOException, InterruptedException {
        this.directory = directory;
        BackupWorld source = BackupWorld.in(Files.createDirectory(directory.resolve("source")));
        this.passphrase = source.passphrase;
        this.archive = source.target.resolve("archive");
        this.before = StoreTree.small(directory.resolve("before"));
        this.after = directory.resolve("after");
        connect(source.tree);
        fill(source.tree, random);
        List<String> words = new ArrayList<>(List.of(archive.toString(), "dom0"));
        words.addAll(ARCHIVED);
        Outcome backup = source.backup3(words.toArray(String[]::new));
        assertThat(backup.code()).as(backup.err()).isZero();
        makeHost(random);
        TreeFiles.copy(before.path("/"), after);
    }

    /** The template gets a netvm that is put in place after it. */
    private static void connect(StoreTree tree) {
        for (String words : List.of("qvm-create --proxy -l green sys-vpn", "qvm-prefs -s debian-8 netvm sys-vpn")) {
            Outcome outcome = tree.run(words);
            assertThat(outcome.code()).as(outcome.err()).isZero();
        }
    }

    private static void fill(StoreTree tree, Random random) throws IOException {
        for (String vm : ARCHIVED) {
            String place = place(vm);
            image(tree, place + "/private.img", IMAGE, random);
            tree.write(place + "/firewall.xml", "<QubesFirewallRules policy=\"deny\"/>\n<!-- " + vm + " -->\n");
            for (int i = 0; i < PROGRAMS; i++) {
                tree.write(place + "/apps/program" + i + ".desktop", "[Desktop Entry]\nName=" + vm + i + "\n");
            }
        }
        image(tree, place("debian-8") + "/root.img", 3 * IMAGE, random);
        image(tree, place("win7") + "/root.img", 2 * IMAGE, random);
        image(tree, HOME + "/pictures/one", IMAGE / 4, random);
        for (int i = 0; i < 5; i++) {
            tree.write(HOME + "/texts/" + i, "text " + i + "\n");
        }
    }

    private static void image(StoreTree tree, String path, int size, Random random) throws IOException {
        byte[] content = new byte[size];
        random.nextBytes(content);
        Files.createDirectories(tree.path(path).getParent());
        Files.write(tree.path(path), content);
    }

    /** The files get the ids of this process, as others need root. */
    private void makeHost(Random random) throws IOException {
        Object user = Files.getAttribute(directory, "unix:uid");
        Object group = Files.getAttribute(directory, "unix:gid");
        before.write("/etc/group", "qubes:x:" + group + ":joanna\n")
                .write("/etc/passwd", "joanna:x:" + user + ":" + group + "::" + HOME + ":/bin/sh\n")
                .write(HOME + "/notes", "notes of this system\n")
                .write(HOME + "/texts/1", "another text\n")
                .write(HOME + "/own", "only here\n");
        image(before, place("vault") + "/private.img", IMAGE / 4, random);
        List<String> words = new ArrayList<>(List.of("qvm-remove", "--force"));
        words.addAll(List.of("personal", "work", "win7", "debian-8"));
        Outcome removal = before.run(words);
        assertThat(removal.code()).as(removal.err()).isZero();
    }

    /** The path of a VM's directory. */
    static String place(String vm) {
        String kind = vm.startsWith("sys-") ? "servicevms" : vm.matches(".*[a-z]-[0-9]+") ? "vm-templates" : "appvms";
        return VMS + "/" + kind + "/" + vm;
    }

    /** The system before any restore; not to be changed. */
    StoreTree before() {
        return before;
    }

    /** The system after a restore that nobody disturbed; as before until a test has done that one. */
    StoreTree after() {
        return StoreTree.empty(after);
    }

    /** A system to be restored to; the one before is removed. */
    StoreTree fresh() throws IOException, InterruptedException {
        Path root = directory.resolve("root");
        TreeFiles.delete(root);
        TreeFiles.copy(before.path("/"), root);
        return StoreTree.empty(root);
    }

    /** The words of the restore of everything that is not there yet. */
    List<String> words() {
        return List.of(
                "qvm-backup-restore",
                "--force-root",
                "--skip-conflicting",
                "-p",
                passphrase.toString(),
                archive.toString());
    }

    /** Starts the restore. */
    BackupProcess start(StoreTree tree) throws IOException {
        return BackupProcess.start(tree.path("/"), directory, words());
    }

    /** What the VMs of the archive were made from. */
    Path source(String vm) {
        return directory.resolve("source/root" + place(vm));
    }

    /** Those of the VMs in the archive that the store holds. */
    static List<String> stored(StoreTree tree) {
        Outcome listing = tree.run("qvm-ls --raw-list");
        assertThat(listing.code()).as(listing.err()).isZero();
        assertThat(listing.err()).isEmpty();
        List<String> names = listing.out().lines().toList();
        assertThat(names).containsAll(EARLIER);
        return ARCHIVED.stream().filter(names::contains).toList();
    }

    /** Staging directories and their locks, as paths that a user knows, sorted. */
    static List<String> staging(StoreTree tree) throws IOException {
        List<String> found = new ArrayList<>();
        for (String place : List.of(VMS, HOME)) {
            found.addAll(entries(tree, place).stream()
                    .filter(name -> name.startsWith(STAGING))
                    .map(name -> place + "/" + name)
                    .toList());
        }
        return found;
    }

    static List<String> entries(StoreTree tree, String place) throws IOException {
        try (Stream<Path> entries = Files.list(tree.path(place))) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    /** The directories under final names of those VMs in the archive that have one. */
    static List<String> placed(StoreTree tree) {
        return ARCHIVED.stream()
                .filter(vm -> Files.exists(tree.path(place(vm)), LinkOption.NOFOLLOW_LINKS))
                .toList();
    }
}
