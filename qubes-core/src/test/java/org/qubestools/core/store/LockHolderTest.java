package org.qubestools.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.io.UnixStat;

class LockHolderTest {
    @TempDir
    Path dir;

    private Path store;
    private String id;

    @BeforeEach
    void makeFiles() throws IOException {
        store = Files.writeString(dir.resolve("qubes.xml"), "");
        id = LockHolder.kernelDevice(UnixStat.device(store)) + ":" + UnixStat.inode(store);
        Files.createDirectories(dir.resolve("77"));
        Files.writeString(dir.resolve("77/comm"), "evil\u001b[1m\n");
    }

    private void table(String... lines) throws IOException {
        Files.writeString(dir.resolve("locks"), String.join("\n", lines) + "\n");
    }

    @Test
    void holderIsNamedWithoutItsControlCharacters() throws IOException {
        table(
                "1: FLOCK  ADVISORY  WRITE 5 " + id + " 0 EOF",
                "2: POSIX  ADVISORY  WRITE 6 fe:00:1 0 EOF",
                "3: POSIX  ADVISORY  WRITE 77 " + id + " 0 EOF",
                "3: -> POSIX  ADVISORY  READ 8 " + id + " 0 EOF");

        assertThat(LockHolder.find(dir, store)).contains("evil\\x1b[1m (process 77)");
    }

    @Test
    void otherDeviceNumberOfTheSameInodeIsTheNextBest() throws IOException {
        table("1: POSIX  ADVISORY  WRITE 78 00:99:" + UnixStat.inode(store) + " 0 EOF");

        assertThat(LockHolder.find(dir, store)).contains("process 78");
    }

    @Test
    void oddTablesNameNobody() throws IOException {
        assertThat(LockHolder.find(dir, store)).isEmpty();
        table("", "x", "1: POSIX ADVISORY WRITE zero " + id + " 0 EOF", "POSIX POSIX POSIX");
        assertThat(LockHolder.find(dir, store)).isEmpty();
        table("1: POSIX ADVISORY WRITE 0 " + id + " 0 EOF");
        assertThat(LockHolder.find(dir, store)).isEmpty();
    }

    @Test
    void deviceNumbersAreWrittenAsTheKernelDoes() {
        assertThat(LockHolder.kernelDevice(0xfe01)).isEqualTo("fe:01");
        assertThat(LockHolder.kernelDevice(0x1003)).isEqualTo("10:03");
        assertThat(LockHolder.kernelDevice(0x12300045L)).isEqualTo("00:12345");
    }
}
