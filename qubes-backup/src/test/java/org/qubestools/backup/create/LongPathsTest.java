package org.qubestools.backup.create;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.archive.TarReader;
import org.qubestools.backup.archive.TarWriter;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.Progress;

/** Paths as long as our reader takes them are written, longer ones refused before anything else is read. */
final class LongPathsTest {
    private static final int MOST = 4096;

    @TempDir
    private Path home;

    @BeforeEach
    void makeFiles() throws IOException {
        Files.createDirectory(home.resolve("deep"));
        Files.writeString(home.resolve("deep/notes"), "n");
    }

    /** Of so many bytes. */
    private static String path(int length) {
        StringBuilder path = new StringBuilder("dom0-home/user");
        while (length - path.length() > 200) {
            path.append('/').append("d".repeat(100));
        }
        path.append('/').append("d".repeat(length - path.length()));
        assertThat(path).hasSize(length);
        return path.toString();
    }

    private PlannedFile planned(String path) {
        return new PlannedFile(home, PlannedFile.Kind.DIRECTORY, List.of(), path, 0);
    }

    /** The paths in the archive of the home under this path. */
    private List<String> readBack(String path) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new TreeArchiver(Extents.ofSystem(), Progress.NONE, text -> {}).archive(planned(path), new TarWriter(out));
        Deque<ByteArrayInputStream> volumes = new ArrayDeque<>(List.of(new ByteArrayInputStream(out.toByteArray())));
        TarReader tar = new TarReader(volumes::poll, false);
        List<String> paths = new ArrayList<>();
        for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
            paths.add(entry.path().untrustedText());
        }
        return paths;
    }

    private void assertRefused(String path, String file) {
        for (ThrowingCallable way : List.<ThrowingCallable>of(
                () -> readBack(path), () -> TreeArchiver.apparentSize(List.of(planned(path))))) {
            assertThatThrownBy(way)
                    .isInstanceOf(QubesException.class)
                    .hasMessageContaining("the path of " + home.resolve(file) + " is too long for a backup")
                    .hasMessageContaining("4096 and 512 can be read back");
        }
    }

    @Test
    void theLongestThatCanBeReadBackIsWritten() throws IOException {
        String path = path(MOST - "/deep/notes".length());

        assertThat(readBack(path)).containsExactly(path, path + "/deep", path + "/deep/notes");
        assertThat(TreeArchiver.apparentSize(List.of(planned(path)))).isEqualTo(1);
    }

    @Test
    void aFileWithOneByteMoreIsNamed() {
        assertRefused(path(MOST - "/deep/notes".length() + 1), "deep/notes");
    }

    @Test
    void aDirectoryHasASlashMore() throws IOException {
        Files.delete(home.resolve("deep/notes"));
        String path = path(MOST - "/deep/".length());

        assertThat(readBack(path)).containsExactly(path, path + "/deep");
        assertRefused(path(MOST - "/deep/".length() + 1), "deep");
    }

    @Test
    void moreLevelsThanCanBeReadBackAreRefused() {
        String path = "dom0-home/user" + "/d".repeat(508);

        assertThatCode(() -> readBack(path)).doesNotThrowAnyException();
        assertRefused(path + "/d", "deep/notes");
    }
}
