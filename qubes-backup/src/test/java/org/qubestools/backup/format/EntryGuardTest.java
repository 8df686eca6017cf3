package org.qubestools.backup.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.EntryType;
import org.qubestools.backup.archive.SparseMap;
import org.qubestools.backup.archive.TarEntry;

/** Names in archives: what an inner archive may hold, and how members and paths are called. */
final class EntryGuardTest {
    private static final String TOP = "vm/private.img";

    private static TarEntry entry(EntryType type, String path, String target) {
        return new TarEntry(ByteName.of(path), type, 0644, 0, SparseMap.dense(0), ByteName.of(target));
    }

    /** {@code d:PATH}, {@code f:PATH}, {@code l:PATH>TARGET} for a symbolic link, {@code h:PATH>TARGET} for a hard one. */
    private static TarEntry entry(String text) {
        String path = text.substring(2).split(">", 2)[0];
        String target = text.contains(">") ? text.substring(text.indexOf('>') + 1) : "";
        return switch (text.charAt(0)) {
            case 'd' -> entry(EntryType.DIRECTORY, path, target);
            case 'f' -> entry(EntryType.FILE, path, target);
            case 'l' -> entry(EntryType.SYMLINK, path, target);
            default -> entry(EntryType.HARDLINK, path, target);
        };
    }

    private static void checkAll(String archive, String... entries) throws DamagedArchive {
        EntryGuard guard = new EntryGuard(archive);
        for (String entry : entries) {
            guard.check(entry(entry));
        }
    }

    @Test
    void whatLiesBelowTheNameOfItsArchiveIsTaken() {
        assertThatCode(() -> checkAll("vm", "d:vm", "f:vm/a", "d:vm/b", "l:vm/b/l>/etc/passwd", "h:vm/b/h>vm/a"))
                .doesNotThrowAnyException();
        assertThatCode(() -> checkAll("t/.", "d:t", "f:t/a")).doesNotThrowAnyException();
        assertThatCode(() -> checkAll(TOP, "f:" + TOP)).doesNotThrowAnyException();
        assertThatCode(() -> checkAll("vm", "f:vm/a/b/c", "d:vm/a", "d:vm/a/b"))
                .as("directories after what is in them")
                .doesNotThrowAnyException();
        assertThatCode(() -> checkAll("vm", "h:vm/b>vm/a")).hasMessageContaining("leads to no file of this archive");
        assertThatCode(() -> checkAll("vm", "f:vm/a", "h:vm/b>vm/a", "h:vm/c>vm/b"))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "f:vm2/a, does not belong into it",
        "f:vm2, does not belong into it",
        "f:v, does not belong into it",
        "f:vm/../a, leads elsewhere",
        "f:vm//a, leads elsewhere",
        "f:/vm/a, leads elsewhere",
        "f:.., leads elsewhere"
    })
    void whatLiesElsewhereIsDamage(String entry, String reason) {
        assertThatThrownBy(() -> checkAll("vm", entry))
                .isInstanceOf(DamagedArchive.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "f:vm/a, f:vm/a, is there twice",
        "f:vm/a, l:vm/a>b, is there twice",
        "d:vm/a, d:vm/a, is there twice",
        "d:vm/a, f:vm/a, is there twice",
        "f:vm/a, d:vm/a, is there twice",
        "f:vm/a/b, f:vm/a, is there twice",
        "f:vm/a, f:vm/a/b, is below something that is no directory",
        "l:vm/a>/etc, f:vm/a/b, is below something that is no directory",
        "l:vm/a>/etc, f:vm/a/b/c, is below something that is no directory",
        "l:vm/a>b, h:vm/c>vm/a, leads to no file of this archive",
        "d:vm/a, h:vm/c>vm/a, leads to no file of this archive"
    })
    void whatContradictsAnEarlierEntryIsDamage(String first, String second, String reason) {
        assertThatThrownBy(() -> checkAll("vm", "d:vm", first, second))
                .isInstanceOf(DamagedArchive.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aDirectoryThatStoodInPathsOnlyComesOnce() {
        assertThatThrownBy(() -> checkAll("vm", "f:vm/a/b", "d:vm/a", "d:vm/a")).hasMessageContaining("is there twice");
    }

    @Test
    void partsHave255BytesAndPaths512Levels() throws DamagedArchive {
        String part = "x".repeat(255);
        String levels = "/d".repeat(511);

        checkAll("vm", "f:vm/" + part);
        checkAll("vm", "f:vm" + levels);
        assertThatThrownBy(() -> checkAll("vm", "f:vm/" + part + "x")).hasMessageContaining("more than 255 bytes");
        assertThatThrownBy(() -> checkAll("vm", "f:vm/d" + levels)).hasMessageContaining("more than 512 levels");
    }

    @ParameterizedTest
    @CsvSource({
        "a.000, a, 0",
        "a/b.img.999, a/b.img, 999",
        "t/..001, t/., 1",
        "a.1000, a, 1000",
        "a.99999999, a, 99999999"
    })
    void chunks(String member, String path, int number) {
        ChunkName name = ChunkName.parse(member).orElseThrow();

        assertThat(name).isEqualTo(new ChunkName(path, number));
        assertThat(name).hasToString(member);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a", "000", ".000", "a.00", "a.0000", "a.0123", "a.100000000", "a.00/", "a.00:", "a.-01"})
    void otherNamesAreNoChunks(String member) {
        assertThat(ChunkName.parse(member)).isEmpty();
    }

    @Test
    void pathsInBackups() {
        List<String> levels = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            levels.add("a");
        }
        String deepest = String.join("/", levels);

        for (String good : List.of("a", "a/b", "...", "x".repeat(255), deepest)) {
            assertThat(BackupPath.reasonAgainst(good)).as(good).isNull();
        }
        assertThat(BackupPath.reasonAgainst("")).endsWith("is missing");
        assertThat(BackupPath.reasonAgainst("x".repeat(256))).endsWith("is longer than 255 bytes");
        assertThat(BackupPath.reasonAgainst("\u00e9".repeat(128))).endsWith("is longer than 255 bytes");
        assertThat(BackupPath.reasonAgainst(deepest + "/a")).endsWith("has more than 16 levels");
        for (String bad : List.of("/a", "a/", "a//b", ".", "..", "a/../b", "./a")) {
            assertThat(BackupPath.reasonAgainst(bad)).as(bad).endsWith("is not a plain relative one");
        }
        assertThat(BackupPath.reasonAgainst("a\u007f")).endsWith("has a control character");
    }

    @Test
    void homesAndMembersAboutTheBackupHaveNamesOfTheirOwn() {
        assertThat(BackupPath.isHome("dom0-home/user")).isTrue();
        assertThat(BackupPath.isHome("dom0-home/user/a")).isFalse();
        assertThat(BackupPath.isHome("dom0-home2/user")).isFalse();
        for (String reserved :
                List.of("dom0-home", "dom0-home/a", "backup-header", "backup-header/a", "qubes.xml.000")) {
            assertThat(BackupPath.isReserved(reserved)).as(reserved).isTrue();
        }
        for (String free : List.of("dom0-home2", "backup-headers", "a/qubes.xml", "/dom0-home")) {
            assertThat(BackupPath.isReserved(free)).as(free).isFalse();
        }
    }
}
