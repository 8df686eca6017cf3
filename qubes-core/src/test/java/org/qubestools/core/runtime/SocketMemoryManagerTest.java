package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.core.error.QubesException;

/** Room for a domain: what is asked for, and what becomes of the answers. */
final class SocketMemoryManagerTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private MemoryManager manager(boolean required, Duration limit) {
        return new SocketMemoryManager(folder.resolve("qmemman.sock"), required, limit);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OK\n", "OK", " OK \n"})
    void theSocketStaysOpenUntilTheGrantIsClosed(String answer) throws Exception {
        try (ScriptedSocket qmemman = new ScriptedSocket(folder.resolve("qmemman.sock"), line -> answer)) {
            MemoryManager.Grant grant = manager(true, LONG).request(426770432);

            assertThat(qmemman.heard()).isEqualTo("426770432");
            assertThat(qmemman.hasHeardNothingMore()).isTrue();
            grant.close();
            grant.close();
            assertThat(qmemman.heard()).isEqualTo(ScriptedSocket.HUNG_UP);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"FAIL\n", "OKAY\n", "\n", "\u001b[2J\n"})
    void anyOtherAnswerMeansThatThereIsNotEnough(String answer) throws Exception {
        try (ScriptedSocket qmemman = new ScriptedSocket(folder.resolve("qmemman.sock"), line -> answer)) {
            assertThatThrownBy(() -> manager(true, LONG).request(400 << 20))
                    .isInstanceOf(QubesException.class)
                    .hasMessageStartingWith("not enough memory: the memory manager cannot free 400 MiB")
                    .hasMessageNotContainingAny("\u001b");
            qmemman.heard();
            assertThat(qmemman.heard()).isEqualTo(ScriptedSocket.HUNG_UP);
        }
    }

    @Test
    void oneThatHangsUpGrantsNothing() throws IOException {
        try (ScriptedSocket qmemman = new ScriptedSocket(folder.resolve("qmemman.sock"), line -> null)) {
            assertThatThrownBy(() -> manager(true, LONG).request(1)).hasMessageStartingWith("not enough memory");
        }
    }

    @Test
    void oneThatSaysNothingIsGivenUp() throws Exception {
        try (ScriptedSocket qmemman = new ScriptedSocket(folder.resolve("qmemman.sock"), line -> "")) {
            assertThatThrownBy(() -> manager(true, Duration.ofMillis(100)).request(1))
                    .hasMessageStartingWith("the memory manager did not answer within");
            qmemman.heard();
            assertThat(qmemman.heard()).isEqualTo(ScriptedSocket.HUNG_UP);
        }
    }

    @Test
    void oneThatSaysTooMuchIsAnError() throws IOException {
        try (ScriptedSocket qmemman = new ScriptedSocket(folder.resolve("qmemman.sock"), line -> "x".repeat(5000))) {
            assertThatThrownBy(() -> manager(true, LONG).request(1)).hasMessageContaining("more than 1024 bytes");
        }
    }

    @Test
    void withoutASocketTheStepIsSkippedWhereNobodyNeedsIt() {
        manager(false, LONG).request(1).close();

        assertThatThrownBy(() -> manager(true, LONG).request(1))
                .hasMessageStartingWith("cannot reach the memory manager at " + folder);
    }

    @Test
    void anInterruptEndsTheWait() throws IOException {
        try (ScriptedSocket qmemman = new ScriptedSocket(folder.resolve("qmemman.sock"), line -> "")) {
            MemoryManager manager = manager(true, LONG);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> manager.request(1)).isInstanceOf(QubesException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
