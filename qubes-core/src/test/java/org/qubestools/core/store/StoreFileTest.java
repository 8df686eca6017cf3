package org.qubestools.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.CountingFileLayer;
import org.qubestools.core.io.CrashingFileLayer;
import org.qubestools.core.io.FailingFileLayer;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.SimulatedCrash;
import org.qubestools.core.io.Subprocess;
import org.qubestools.core.io.TestFiles;
import org.qubestools.core.io.UnixStat;

@Timeout(60)
class StoreFileTest {
    private static final LockWait NOW = LockWait.atMost(Duration.ZERO, line -> {});
    private static final byte[] NEW = bytes("<new/>");

    @TempDir
    Path dir;

    private Path store;

    @BeforeEach
    void makeStore() throws IOException {
        store = Files.writeString(dir.resolve("qubes.xml"), "<old/>");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private StoreFile exclusive(FileLayer layer) {
        return StoreFile.openExclusive(store, NOW, layer, Ownership.leftAlone());
    }

    private static void assertFails(ErrorKind kind, ThrowingCallable action, Consumer<QubesException> more) {
        assertThatThrownBy(action).isInstanceOfSatisfying(QubesException.class, e -> {
            assertThat(e.kind()).isEqualTo(kind);
            more.accept(e);
        });
    }

    @Test
    void contentIsRead() {
        try (StoreFile file = StoreFile.openShared(store, NOW)) {
            assertThat(file.read()).isEqualTo(bytes("<old/>"));
        }
    }

    @Test
    void contentIsReplacedAsOftenAsNeeded() throws IOException {
        try (StoreFile file = exclusive(FileLayer.system())) {
            file.replace(NEW);
            file.replace(bytes("<newer/>"));
            assertThat(file.read()).isEqualTo(bytes("<newer/>"));
        }

        assertThat(store).hasContent("<newer/>");
        assertThat(UnixStat.mode(store)).isEqualTo(0660);
        assertThat(TestFiles.names(dir)).containsExactly("qubes.xml");
    }

    @Test
    void sameContentIsNotWritten() throws IOException {
        CountingFileLayer layer = CountingFileLayer.counting();

        try (StoreFile file = exclusive(layer)) {
            file.replace(bytes("<old/>"));
        }

        assertThat(layer.operations()).isEmpty();
    }

    @Test
    void groupIsGiven() throws IOException {
        assumeTrue(UnixStat.uid(store) == 0, "needs root");

        try (StoreFile file = StoreFile.openExclusive(store, NOW, FileLayer.system(), Ownership.group(98))) {
            file.replace(NEW);
        }

        assertThat(UnixStat.gid(store)).isEqualTo(98);
    }

    @Test
    void groupThatCannotBeGivenLeavesTheStoreAlone() {
        FailingFileLayer layer = FailingFileLayer.on("set group");

        try (StoreFile file = StoreFile.openExclusive(store, NOW, layer, Ownership.group(98))) {
            assertFails(
                    ErrorKind.FAILED,
                    () -> file.replace(NEW),
                    e -> assertThat(e).hasMessageStartingWith("cannot save " + store + ": cannot set the owner of "));
        }

        assertThat(store).hasContent("<old/>");
        assertThat(TestFiles.names(dir)).containsExactly("qubes.xml");
    }

    @Test
    void readerCannotReplace() {
        try (StoreFile file = StoreFile.openShared(store, NOW)) {
            assertThatThrownBy(() -> file.replace(NEW)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void closingTwiceIsFineAndUseAfterItIsNot() {
        StoreFile file = StoreFile.openShared(store, NOW);
        StoreFile other = StoreFile.openShared(store, NOW);
        file.close();
        file.close();

        assertThatThrownBy(file::read).isInstanceOf(IllegalStateException.class);
        assertThat(other.read()).isEqualTo(bytes("<old/>"));
        other.close();
        exclusive(FileLayer.system()).close();
    }

    @Test
    void missingStoreIsSaid() {
        Path missing = dir.resolve("none/qubes.xml");

        assertFails(
                ErrorKind.STORE_MISSING,
                () -> StoreFile.openShared(missing, NOW),
                e -> assertThat(e).hasMessage("no store at " + missing));
    }

    @Test
    void storeThatIsNoFileIsRefusedWithoutWaiting() {
        Path pipe = dir.resolve("pipe");
        Subprocess.of("mkfifo", pipe.toString()).run().requireSuccess();

        for (Path odd : new Path[] {dir, pipe}) {
            assertFails(
                    ErrorKind.FAILED,
                    () -> StoreFile.openShared(odd, NOW),
                    e -> assertThat(e).hasMessage("cannot open " + odd + ": not a regular file"));
        }
    }

    @Test
    void whatIsNotPermittedIsSaid() throws IOException {
        assumeTrue(UnixStat.uid(store) != 0, "root is permitted everything");
        FileLayer.system().setMode(store, 0400);
        assertFails(
                ErrorKind.FAILED,
                () -> exclusive(FileLayer.system()),
                e -> assertThat(e).hasMessage("cannot change " + store + ": permission denied"));

        FileLayer.system().setMode(store, 0);
        for (ThrowingCallable open : List.<ThrowingCallable>of(
                () -> StoreFile.openShared(store, NOW), () -> exclusive(FileLayer.system()))) {
            assertFails(
                    ErrorKind.STORE_MISSING,
                    open,
                    e -> assertThat(e).hasMessage("cannot read " + store + ": permission denied"));
        }
    }

    @Test
    void readOnlyDirectoryLeavesTheStoreAlone() throws IOException {
        assumeTrue(UnixStat.uid(store) != 0, "root is permitted everything");
        FileLayer.system().setMode(dir, 0500);

        try (StoreFile file = exclusive(FileLayer.system())) {
            assertFails(
                    ErrorKind.FAILED,
                    () -> file.replace(NEW),
                    e -> assertThat(e)
                            .hasMessageStartingWith("cannot save " + store + ": cannot create " + store)
                            .hasMessageEndingWith(": permission denied"));
        } finally {
            FileLayer.system().setMode(dir, 0700);
        }
        assertThat(store).hasContent("<old/>");
    }

    @Test
    void tooLargeStoreIsRefused() throws IOException {
        FileLayer.system().setLength(store, StoreFile.MAX_BYTES + 1L);

        try (StoreFile file = StoreFile.openShared(store, NOW)) {
            assertFails(ErrorKind.STORE_CORRUPT, file::read, e -> assertThat(e).hasMessageContaining("8388608 bytes"));
        }
    }

    @Test
    void tooLargeContentIsNotWritten() {
        try (StoreFile file = exclusive(FileLayer.system())) {
            assertFails(
                    ErrorKind.FAILED,
                    () -> file.replace(new byte[StoreFile.MAX_BYTES + 1]),
                    e -> assertThat(e).hasMessageContaining("8388608 bytes"));
        }

        assertThat(store).hasContent("<old/>");
    }

    @Test
    void linkToTheStoreStaysALink() throws IOException {
        Path link = Files.createSymbolicLink(dir.resolve("link.xml"), store);

        try (StoreFile file = StoreFile.openExclusive(link, NOW, FileLayer.system(), Ownership.leftAlone())) {
            file.replace(NEW);
        }

        assertThat(link).isSymbolicLink();
        assertThat(store).hasContent("<new/>");
    }

    @Test
    void interruptedThreadTouchesNothing() {
        try (StoreFile file = exclusive(FileLayer.system())) {
            Thread.currentThread().interrupt();
            assertFails(ErrorKind.CANCELLED, () -> file.replace(NEW), e -> {});
            assertThat(Thread.interrupted()).isTrue();
            assertThat(file.read()).isEqualTo(bytes("<old/>"));
        }
    }

    @Test
    void everyFailureLeavesTheOldStoreAndTheLock() throws IOException {
        int failures = 0;
        for (boolean failed = true; failed; failures++) {
            makeStore();
            FailingFileLayer layer = FailingFileLayer.at(failures);
            try (StoreFile file = exclusive(layer)) {
                failed = replaceFails(file);
                if (failed) {
                    assertThat(file.read()).isEqualTo(bytes("<old/>"));
                    assertThat(store).hasContent("<old/>");
                    file.replace(NEW);
                }
            }
            assertThat(store).hasContent("<new/>");
            assertThat(TestFiles.names(dir)).containsExactly("qubes.xml");
        }
        assertThat(failures).isGreaterThanOrEqualTo(7);
    }

    private static boolean replaceFails(StoreFile file) {
        try {
            file.replace(NEW);
            return false;
        } catch (QubesException e) {
            assertThat(e).hasMessageContaining("No space left on device").hasMessageStartingWith("cannot save ");
            return true;
        }
    }

    @Test
    void everyCrashLeavesOneOfTheTwoAndALaterRunCleansUp() throws IOException {
        int crashes = 0;
        for (boolean crashed = true; crashed; crashes++) {
            makeStore();
            CrashingFileLayer layer = new CrashingFileLayer(crashes);
            try (StoreFile file = exclusive(layer)) {
                file.replace(NEW);
            } catch (SimulatedCrash e) {
                assertThat(Files.readString(store)).isIn("<old/>", "<new/>");
            }
            crashed = layer.crashed();
            try (StoreFile file = exclusive(FileLayer.system())) {
                file.replace(bytes("<later/>"));
            }
            assertThat(store).hasContent("<later/>");
            assertThat(TestFiles.names(dir)).containsExactly("qubes.xml");
        }
        assertThat(crashes).isGreaterThanOrEqualTo(7);
    }
}
