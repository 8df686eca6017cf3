package org.qubestools.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.io.Subprocess;
import org.qubestools.fixtures.Fixtures;

/** Every sample is restored into an empty system; the files are those of its list of contents, byte by byte. */
final class RestoredBackupsTest {
    private static final int PAGE = 4096;
    private static final Set<String> MADE_ANEW = Set.of("icon.png");

    @TempDir
    private Path directory;

    private Path samples;
    private Path root;

    @BeforeEach
    void makeSystem() throws IOException {
        samples = Files.createDirectory(directory.resolve("samples"));
        Fixtures.extract("backups", samples);
        root = Files.createDirectory(directory.resolve("root"));
        Files.createDirectories(root.resolve("etc"));
        Files.createDirectories(root.resolve("home/user"));
        Files.writeString(root.resolve("etc/group"), "qubes:x:" + id("gid") + ":user\n");
        String user = "user:x:" + id("uid") + ":" + id("gid") + "::/home/user:/bin/sh\n";
        Files.writeString(root.resolve("etc/passwd"), user);
        assertThat(run("qvm-init-storage").code()).isZero();
    }

    private Object id(String which) throws IOException {
        return Files.getAttribute(directory, "unix:" + which);
    }

    private Outcome run(String... words) {
        return new ToolRunner().environment("QUBES_ROOT", root.toString()).runWords(List.of(words));
    }

    /** Each text: a sample, and which path in it is which directory of the host. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "v1-directory",
                "v2-noheader",
                "v2-encrypted vm1=vm-templates/fedora-23 vm4=appvms/work vm5=appvms/personal",
                "v3-plain",
                "v3-encrypted-gzip vm1=vm-templates/fedora-23 vm4=appvms/work vm5=appvms/personal",
                "v4-gzip vm1=vm-templates/fedora-39 vm4=appvms/work vm5=appvms/personal",
                "v4-from-r3 vm1=vm-templates/fedora-23 vm3=servicevms/sys-firewall vm5=appvms/work vm6=appvms/vault "
                        + "vm7=appvms/win7 vm9=appvms/builder",
            })
    void everythingInTheSampleIsOnTheHost(String text) throws IOException {
        List<String> words = List.of(text.split(" ", -1));
        BackupFixture sample = new BackupFixture(samples.resolve(words.get(0) + ".json"));
        Path passphrase = Files.writeString(directory.resolve("passphrase"), sample.passphrase() + "\n");

        List<String> command =
                new ArrayList<>(List.of("qvm-backup-restore", "-p", passphrase.toString(), "--ignore-missing"));
        command.addAll(sample.options());
        command.add(backup(sample).toString());
        Outcome outcome = run(command.toArray(new String[0]));

        assertThat(outcome.code()).as(outcome.err()).isZero();
        Map<String, String> directories = new TreeMap<>();
        for (String pair : words.subList(1, words.size())) {
            directories.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
        }
        Map<String, FoundFile> found = FoundFile.below(root);
        List<String> differences = new ArrayList<>();
        for (ListedMember member : sample.contents()) {
            String place = place(member.path(), directories);
            if (!place.isEmpty()) {
                compare(member, place, found.get(place), sample.format(), differences);
            }
        }
        assertThat(differences).isEmpty();
        assertThat(found.keySet()).noneMatch(path -> path.contains(".qvm-"));
    }

    private Path backup(BackupFixture sample) throws IOException {
        Path tar = samples.resolve(sample.name() + ".tar");
        if (!Files.exists(tar)) {
            return samples.resolve(sample.name() + ".backup");
        }
        Subprocess.of("tar", "-xpf", tar.toString(), "-C", directory.toString())
                .run()
                .requireSuccess();
        return directory.resolve(sample.name());
    }

    /** Where a member is on the host; empty for what is no file of a VM. */
    private static String place(String path, Map<String, String> directories) {
        if (path.startsWith("dom0-home/user/")) {
            return path.replaceFirst("dom0-home", "home");
        }
        String[] parts = path.split("/", 2);
        boolean isNamed = parts.length == 2 && parts[1].contains("/");
        String directory = directories.get(parts[0]);
        if (parts.length < 2 || (directory == null && !isNamed) || path.startsWith("dom0-home")) {
            return "";
        }
        String below = directory == null ? parts[1].substring(parts[1].indexOf('/') + 1) : parts[1];
        String top = directory == null ? path.substring(0, path.length() - below.length() - 1) : directory;
        String own = below.equals("r3-files") ? "" : below.replaceFirst("^r3-files/", "");
        return own.isEmpty() || MADE_ANEW.contains(own) ? "" : "var/lib/qubes/" + top + "/" + own;
    }

    private static void compare(
            ListedMember member, String place, FoundFile file, String format, List<String> differences)
            throws IOException {
        if (file == null || !file.type().equals(member.type())) {
            differences.add(place + " is " + (file == null ? "missing" : file.type()));
            return;
        }
        boolean isHome = place.startsWith("home/");
        boolean isTranslated = format.equals("4") && place.endsWith("/firewall.xml");
        if (member.type().equals("symlink")) {
            String wanted = String.valueOf(member.target()).replaceFirst(isHome ? "^dom0-home/" : "^vm1/", "");
            differ(place + " target", wanted, file.target(), differences);
        } else if (member.type().equals("file") && !isTranslated) {
            differ(place + " size", member.size(), file.size(), differences);
            differ(place + " SHA-256", member.sha256(), file.content(PAGE).sha256(), differences);
            differ(place + " mtime", member.mtime(), file.mtime(), differences);
        }
        if (isHome && member.mode() != null) {
            differ(place + " mode", member.mode(), file.mode(), differences);
        } else if (member.type().equals("file")) {
            differ(place + " mode", 0660, file.mode(), differences);
        }
    }

    private static void differ(String what, Object listed, Object actual, List<String> differences) {
        if (listed != null && !listed.equals(actual)) {
            differences.add(what + " is " + actual + ", not " + listed);
        }
    }
}
