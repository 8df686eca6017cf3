package org.qubestools.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.JumpingTime;
import org.qubestools.core.io.Ownership;

/** The lock between threads of one JVM and between our own processes. */
@Timeout(60)
class StoreLockTest {
    private static final LockWait NOW = LockWait.atMost(Duration.ZERO, line -> {});
    private static final LockWait FOREVER = LockWait.forever(line -> {});

    @TempDir
    Path dir;

    private Path store;

    @BeforeEach
    void makeStore() throws IOException {
        store = Files.writeString(dir.resolve("qubes.xml"), "0");
    }

    private StoreFile exclusive(LockWait wait) {
        return StoreFile.openExclusive(store, wait, FileLayer.system(), Ownership.leftAlone());
    }

    private static void assertLocked(Callable<StoreFile> open, String holder) {
        assertThatThrownBy(open::call).isInstanceOfSatisfying(QubesException.class, e -> {
            assertThat(e.kind()).isEqualTo(ErrorKind.STORE_LOCKED);
            assertThat(e).hasMessageEndingWith(" is locked by " + holder);
        });
    }

    @Test
    void writerOfAnotherProcessExcludesAll() throws Exception {
        try (StoreHolder other = StoreHolder.java(store, "exclusive")) {
            assertThat(other.answer()).isEqualTo("have 0");

            String holder = "java (process " + other.pid() + ")";
            assertLocked(() -> StoreFile.openShared(store, NOW), holder);
            assertLocked(() -> exclusive(NOW), holder);

            other.goOn();
            exclusive(FOREVER).close();
        }
    }

    @Test
    void readersOfTwoProcessesShare() throws Exception {
        try (StoreHolder other = StoreHolder.java(store, "shared")) {
            assertThat(other.answer()).isEqualTo("have 0");

            StoreFile.openShared(store, NOW).close();
            assertLocked(() -> exclusive(NOW), "java (process " + other.pid() + ")");
        }
    }

    @Test
    void otherProcessGetsTheStoreThatWasSavedWhileItWaited() throws Exception {
        try (StoreFile file = exclusive(NOW);
                StoreHolder other = StoreHolder.java(store, "exclusive")) {
            Thread.sleep(500);
            file.replace("1".getBytes(StandardCharsets.US_ASCII));
            Thread.sleep(100);
            file.replace("2".getBytes(StandardCharsets.US_ASCII));
            file.close();

            assertThat(other.answer()).isEqualTo("have 2");
        }
    }

    @Test
    void lockIsKilledWithItsProcess() throws Exception {
        try (StoreHolder other = StoreHolder.java(store, "exclusive")) {
            assertThat(other.answer()).isEqualTo("have 0");
        }

        exclusive(FOREVER).close();
    }

    @Test
    void noUpdateOfSeveralProcessesAndThreadsIsLost() throws Exception {
        List<StoreHolder> children = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            children.add(StoreHolder.java(store, "count", "30"));
        }
        ExecutorService threads = Executors.newFixedThreadPool(3);
        List<Future<?>> counts = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            counts.add(threads.submit(() -> StoreHolder.count(store, 30)));
        }

        for (Future<?> count : counts) {
            count.get();
        }
        for (StoreHolder child : children) {
            assertThat(child.waitFor()).isZero();
            child.close();
        }
        threads.shutdown();

        assertThat(store).hasContent("180");
    }

    @Test
    void readersInOneJvmShareAndTheLastOneFreesTheWriter() throws Exception {
        StoreFile first = StoreFile.openShared(store, NOW);
        StoreFile second = StoreFile.openShared(store, NOW);

        assertLocked(() -> exclusive(NOW), "another part of this program");
        first.close();
        assertLocked(() -> exclusive(NOW), "another part of this program");
        try (StoreHolder other = StoreHolder.java(store, "exclusive")) {
            Thread.sleep(500);
            assertThat(second.read()).isEqualTo("0".getBytes(StandardCharsets.US_ASCII));
            second.close();
            assertThat(other.answer()).isEqualTo("have 0");
        }
    }

    @Test
    void readerWaitsForWriterInAnotherThread() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        StoreFile writer = exclusive(NOW);
        CountDownLatch begun = new CountDownLatch(1);
        Future<byte[]> read = thread.submit(() -> {
            begun.countDown();
            try (StoreFile reader = StoreFile.openShared(store, FOREVER)) {
                return reader.read();
            }
        });
        begun.await();
        assertThatThrownBy(() -> read.get(100, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);

        writer.replace("1".getBytes(StandardCharsets.US_ASCII));
        writer.close();

        assertThat(read.get()).isEqualTo("1".getBytes(StandardCharsets.US_ASCII));
        thread.shutdown();
    }

    @Test
    void threadThatWouldWaitForItselfIsToldSo() {
        try (StoreFile writer = exclusive(NOW)) {
            assertThatThrownBy(() -> exclusive(FOREVER)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> StoreFile.openShared(store, FOREVER)).isInstanceOf(IllegalStateException.class);
            assertThat(writer.read()).hasSize(1);
        }
    }

    @Test
    void readerOpenedAfterAForeignReplacementSeesTheNewStore() throws Exception {
        try (StoreFile before = StoreFile.openShared(store, NOW)) {
            Path other = Files.writeString(dir.resolve("other"), "9");
            FileLayer.system().rename(other, store);

            try (StoreFile after = StoreFile.openShared(store, NOW)) {
                assertThat(after.read()).isEqualTo("9".getBytes(StandardCharsets.US_ASCII));
                assertThat(before.read()).isEqualTo("0".getBytes(StandardCharsets.US_ASCII));
            }
        }
        exclusive(NOW).close();
    }

    @Test
    void timeoutIsKeptAndSleepsGrow() throws Exception {
        JumpingTime time = new JumpingTime();
        List<String> notices = new ArrayList<>();
        LockWait wait = new LockWait(Optional.of(Duration.ofSeconds(1)), notices::add, time);

        try (StoreFile reader = StoreFile.openShared(store, NOW)) {
            assertLocked(() -> exclusive(wait), "another part of this program");
        }

        assertThat(time.millis()).isEqualTo(1000);
        assertThat(time.sleeps()).startsWith(1L, 2L, 4L, 8L, 10L, 10L);
        assertThat(time.sleeps()).allMatch(millis -> millis <= 10);
        assertThat(notices).isEmpty();
    }

    @Test
    void longWaitIsToldOnceAfterFiveSeconds() throws Exception {
        JumpingTime time = new JumpingTime();
        List<String> notices = new ArrayList<>();
        LockWait wait = new LockWait(
                Optional.of(Duration.ofSeconds(20)), line -> notices.add(time.millis() + " " + line), time);

        try (StoreHolder other = StoreHolder.java(store, "shared")) {
            assertThat(other.answer()).isEqualTo("have 0");
            assertThatThrownBy(() -> exclusive(wait)).isInstanceOf(QubesException.class);

            assertThat(notices).hasSize(1);
            assertThat(Long.parseLong(notices.get(0).substring(0, 4))).isBetween(5000L, 5050L);
            assertThat(notices.get(0))
                    .endsWith(" waiting for the lock on " + store + ", held by java (process " + other.pid() + ")");
        }
    }

    @Test
    void waitEndsByInterruption() throws InterruptedException, ExecutionException {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (StoreFile reader = StoreFile.openShared(store, NOW)) {
            Future<ErrorKind> kind = thread.submit(() -> {
                try (StoreFile writer = exclusive(FOREVER)) {
                    return ErrorKind.FAILED;
                } catch (QubesException e) {
                    return e.kind();
                }
            });
            Thread.sleep(100);
            thread.shutdownNow();
            assertThat(kind.get()).isEqualTo(ErrorKind.CANCELLED);
            assertThat(reader.read()).hasSize(1);
        }
    }
}
