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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.Subprocess;

/** The lock against the way in which the original tools take it, {@code fcntl.lockf} of Python. */
@Timeout(60)
class ForeignLockTest {
    private static final LockWait NOW = LockWait.atMost(Duration.ZERO, line -> {});

    /** Takes the lock, says so, and lets go when told. */
    private static final String HOLD = """
            import fcntl, sys
            f = open(sys.argv[1], 'r+')
            fcntl.lockf(f, fcntl.LOCK_EX if sys.argv[2] == 'ex' else fcntl.LOCK_SH)
            print('have', flush=True)
            sys.stdin.readline()
            """;

    /** Tells whether the lock is to be had. */
    private static final String TRY = """
            import fcntl, sys
            f = open(sys.argv[1], 'r+')
            try:
                fcntl.lockf(f, (fcntl.LOCK_EX if sys.argv[2] == 'ex' else fcntl.LOCK_SH) | fcntl.LOCK_NB)
                print('free')
            except OSError:
                print('locked')
            """;

    /** Saves as the original does: the new file is locked before it gets the name. */
    private static final String SAVE = """
            import fcntl, os, sys
            f = open(sys.argv[1], 'r+')
            fcntl.lockf(f, fcntl.LOCK_EX)
            print('have', flush=True)
            sys.stdin.readline()
            n = open(sys.argv[1] + '.tmp', 'w')
            fcntl.lockf(n, fcntl.LOCK_EX)
            n.write('saved')
            n.flush()
            os.rename(sys.argv[1] + '.tmp', sys.argv[1])
            f.close()
            print('saved', flush=True)
            sys.stdin.readline()
            """;

    @TempDir
    Path dir;

    private Path store;

    @BeforeAll
    static void findPython() {
        boolean found;
        try {
            found = Subprocess.of("python3", "-c", "import fcntl").run().status() == 0;
        } catch (QubesException e) {
            found = false;
        }
        assumeTrue(found, "python3 is not installed, the lock cannot be tested against another implementation");
    }

    @BeforeEach
    void makeStore() throws IOException {
        store = Files.writeString(dir.resolve("qubes.xml"), "old");
    }

    private StoreHolder python(String script, String... args) throws IOException {
        String mode = args.length > 0 ? args[0] : "";
        return StoreHolder.of(List.of("python3", "-c", script, store.toString(), mode));
    }

    private String tried(String mode) throws IOException {
        try (StoreHolder other = python(TRY, mode)) {
            return other.answer();
        }
    }

    private StoreFile exclusive(LockWait wait) {
        return StoreFile.openExclusive(store, wait, FileLayer.system(), Ownership.leftAlone());
    }

    @Test
    void foreignWriterExcludesUs() throws IOException {
        try (StoreHolder other = python(HOLD, "ex")) {
            assertThat(other.answer()).isEqualTo("have");

            assertThatThrownBy(() -> StoreFile.openShared(store, NOW)).hasMessageContaining("process " + other.pid());
            assertThatThrownBy(() -> exclusive(NOW)).hasMessageContaining("process " + other.pid());
        }
    }

    @Test
    void foreignReaderExcludesOurWriterOnly() throws IOException {
        try (StoreHolder other = python(HOLD, "sh")) {
            assertThat(other.answer()).isEqualTo("have");

            StoreFile.openShared(store, NOW).close();
            assertThatThrownBy(() -> exclusive(NOW)).hasMessageContaining("process " + other.pid());
        }
    }

    @Test
    void ourWriterExcludesOthersBeforeAndAfterASave() throws IOException {
        try (StoreFile file = exclusive(NOW)) {
            assertThat(tried("sh")).isEqualTo("locked");
            file.replace("new".getBytes(StandardCharsets.US_ASCII));
            assertThat(tried("sh")).isEqualTo("locked");
            assertThat(tried("ex")).isEqualTo("locked");
        }
        assertThat(tried("ex")).isEqualTo("free");
    }

    @Test
    void ourReadersExcludeWritersUntilTheLastIsClosed() throws IOException {
        StoreFile first = StoreFile.openShared(store, NOW);
        StoreFile second = StoreFile.openShared(store, NOW);
        assertThat(tried("sh")).isEqualTo("free");
        assertThat(tried("ex")).isEqualTo("locked");

        first.close();
        assertThat(tried("ex")).isEqualTo("locked");

        second.close();
        assertThat(tried("ex")).isEqualTo("free");
    }

    @Test
    void failedAttemptOfAWriterDoesNotDropTheLockOfAReader() throws IOException {
        try (StoreFile reader = StoreFile.openShared(store, NOW)) {
            assertThatThrownBy(() -> exclusive(NOW)).isInstanceOf(QubesException.class);

            assertThat(tried("ex")).isEqualTo("locked");
            assertThat(reader.read()).hasSize(3);
        }
    }

    @Test
    void storeReplacedWhileWeWaitIsTheOneWeGet() throws Exception {
        try (StoreHolder other = python(SAVE)) {
            assertThat(other.answer()).isEqualTo("have");
            Thread driver = new Thread(() -> drive(other));
            driver.start();

            try (StoreFile file = exclusive(LockWait.forever(line -> {}))) {
                assertThat(file.read()).isEqualTo("saved".getBytes(StandardCharsets.US_ASCII));
                assertThat(tried("ex")).isEqualTo("locked");
            }
            driver.join();
        }
    }

    private static void drive(StoreHolder other) {
        try {
            Thread.sleep(200);
            other.goOn();
            other.answer();
            Thread.sleep(200);
            other.goOn();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
