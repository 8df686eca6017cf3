package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.qubestools.cli.FakeHost;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.cli.frame.Host;

/** The small store with some content, a dom0 user, a directory for backups and a passphrase file beside it. */
final class BackupWorld {
    static final String PASSPHRASE = "correct horse";
    static final String FILE = "qubes-2016-03-01T120000";

    final StoreTree tree;
    final Path target;
    final Path passphrase;

    private BackupWorld(StoreTree tree, Path target, Path passphrase) {
        this.tree = tree;
        this.target = target;
        this.passphrase = passphrase;
    }

    /** Below a directory. */
    static BackupWorld in(Path directory) throws IOException {
        StoreTree tree = StoreTree.small(directory.resolve("root"));
        tree.write("/etc/group", "qubes:x:98:joanna,other\n")
                .write("/etc/passwd", "joanna:x:1000:1000::/home/joanna:/bin/sh\n")
                .write("/home/joanna/notes", "my notes\n")
                .write("/var/lib/qubes/appvms/work/private.img", "work data\n");
        Path target = Files.createDirectory(directory.resolve("target"));
        Path passphrase = Files.writeString(directory.resolve("passphrase"), PASSPHRASE + "\nsecond line\n");
        return new BackupWorld(tree, target, passphrase);
    }

    ToolRunner runner(Host host) {
        return new ToolRunner(host).environment("QUBES_ROOT", tree.path("/").toString());
    }

    ToolRunner runner() {
        return runner(FakeHost.ordinary());
    }

    /** {@code qvm-backup} with these words, the passphrase from the file, cheap. */
    Outcome backup(String... words) {
        List<String> all = new ArrayList<>(List.of("qvm-backup", "-p", passphrase.toString(), "--scrypt-cost", "10"));
        all.addAll(List.of(words));
        return runner().runWords(all);
    }

    /** As {@link #backup}, of format 3. */
    Outcome backup3(String... words) {
        List<String> all = new ArrayList<>(List.of("qvm-backup", "-p", passphrase.toString(), "--format", "3"));
        all.addAll(List.of(words));
        return runner().runWords(all);
    }

    String to() {
        return target.toString();
    }

    /** Names in the directory for backups. */
    List<String> backups() {
        try (Stream<Path> paths = Files.list(target)) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is in a backup: each path of a file below the directory it was extracted to, with the text of small ones. */
    Map<String, String> extracted(Path archive) {
        try {
            Path to = Files.createTempDirectory(target.getParent(), "extracted");
            Outcome outcome = runner().runWords(List.of(
                    "qubes-backup", "extract", "-p", passphrase.toString(), archive.toString(), to.toString()));
            assertThat(outcome.code()).as(outcome.err()).isZero();
            Map<String, String> files = new TreeMap<>();
            try (Stream<Path> paths = Files.walk(to)) {
                for (Path path : paths.filter(Files::isRegularFile).toList()) {
                    boolean small = Files.size(path) < 200;
                    files.put(to.relativize(path).toString(), small ? Files.readString(path) : "large");
                }
            }
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Map<String, String> extracted() {
        assertThat(backups()).hasSize(1);
        return extracted(target.resolve(backups().get(0)));
    }
}
