package org.qubestools.backup.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.posix.RawPath;

/** Each character of the names in these tests is one byte. */
final class DirectoryBackupTest {
    private static final String STORE =
            "<QubesVmCollection><QubesAdminVm qid=\"0\" name=\"dom0\" label=\"black\"/></QubesVmCollection>";

    @TempDir
    Path directory;

    @Test
    void namesAndTargetsAreReadAsTheyAre() throws IOException {
        Files.writeString(directory.resolve("qubes.xml"), STORE);
        Path home = Files.createDirectories(directory.resolve("dom0-home/user"));
        Path odd = Files.createDirectory(home.resolve(path("\u00ff\n")));
        Files.writeString(odd.resolve(path("\u00c3\u00a9")), "content");
        FileLayer.system()
                .createSymlink(odd.resolve("link"), name("..//\u00fe/").bytes());
        List<TarEntry> entries = new ArrayList<>();

        DirectoryBackup backup = DirectoryBackup.open(directory);
        PassResult result =
                backup.read(backup.contents().items(), (item, archive, entry, content) -> entries.add(entry));

        assertThat(result.failed()).isEmpty();
        assertThat(entries.stream().map(TarEntry::path))
                .containsExactly(
                        name("dom0-home/user"),
                        name("dom0-home/user/\u00ff\n"),
                        name("dom0-home/user/\u00ff\n/link"),
                        name("dom0-home/user/\u00ff\n/\u00c3\u00a9"));
        assertThat(entries.get(2).target()).isEqualTo(name("..//\u00fe/"));
    }

    @Test
    void aVmWithAnUnusableNameIsNotLeftOutInSilence() throws IOException {
        Files.writeString(
                directory.resolve("qubes.xml"),
                "<QubesVmCollection><QubesAppVm qid='3' name='none' dir_path='/var/lib/qubes/appvms/work'/>"
                        + "</QubesVmCollection>");
        Files.createDirectories(directory.resolve("appvms/work"));

        assertThatThrownBy(() -> DirectoryBackup.open(directory)).hasMessageContaining("the name 'none' is not usable");
    }

    @Test
    void aNameThatTheLocaleCannotWriteIsRefusedToo() throws IOException {
        Files.writeString(
                directory.resolve("qubes.xml"),
                "<QubesVmCollection><QubesAppVm qid='3' name='&#xe9;'/></QubesVmCollection>");
        Files.createDirectories(directory.resolve(path("appvms/\u00c3\u00a9")));

        assertThatThrownBy(() -> DirectoryBackup.open(directory)).hasMessageContaining("is not usable");
    }

    private static Path path(String name) {
        return RawPath.of(name(name).bytes());
    }

    private static ByteName name(String bytes) {
        return ByteName.of(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }
}
