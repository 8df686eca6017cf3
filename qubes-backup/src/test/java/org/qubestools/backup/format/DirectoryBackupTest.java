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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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
    void filesAndLinksBesideTheHomeAreNoHomes() throws IOException {
        Files.writeString(directory.resolve("qubes.xml"), STORE);
        Path homes =
                Files.createDirectories(directory.resolve("dom0-home/user")).getParent();
        Files.writeString(homes.resolve(".directory"), "x");
        Files.createSymbolicLink(homes.resolve("other"), Path.of("user"));
        Files.createSymbolicLink(homes.resolve("gone"), Path.of("nowhere"));

        assertThat(DirectoryBackup.open(directory).contents().items())
                .singleElement()
                .returns("dom0-home/user", BackupItem::path)
                .returns("", BackupItem::violation);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "user anna"})
    void otherThanOneHomeFailsTheHomeAlone(String users) throws IOException {
        Files.writeString(
                directory.resolve("qubes.xml"),
                "<QubesVmCollection><QubesTemplateVm qid='3' name='tpl'/></QubesVmCollection>");
        Path template = Files.createDirectories(directory.resolve("vm-templates/tpl"));
        Files.writeString(template.resolve("private.img"), "x");
        Files.writeString(template.resolve("root.img"), "x");
        Path homes = Files.createDirectory(directory.resolve("dom0-home"));
        for (String user : users.isEmpty() ? new String[0] : users.split(" ", -1)) {
            Files.createDirectory(homes.resolve(user));
        }
        List<String> entries = new ArrayList<>();

        DirectoryBackup backup = DirectoryBackup.open(directory);
        PassResult result = backup.read(
                backup.contents().items(),
                (item, archive, entry, content) -> entries.add(entry.path().toString()));

        int count = users.isEmpty() ? 0 : 2;
        assertThat(result.failed().values())
                .extracting(ItemProblem::text)
                .containsExactly("the home of dom0: the backup holds " + count + " homes of dom0 users, not one");
        assertThat(entries)
                .containsExactly("vm-templates/tpl", "vm-templates/tpl/private.img", "vm-templates/tpl/root.img");
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
