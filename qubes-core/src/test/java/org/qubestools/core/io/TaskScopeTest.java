package org.qubestools.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TaskScopeTest {
    private final CountDownLatch never = new CountDownLatch(1);

    @AfterEach
    void noInterruptIsLeft() {
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void theFirstFailureInterruptsTheOthersAndTheOwner() {
        AtomicBoolean interrupted = new AtomicBoolean();
        try (TaskScope scope = new TaskScope()) {
            CountDownLatch waiting = new CountDownLatch(1);
            scope.fork("waits", () -> {
                try {
                    waiting.countDown();
                    never.await();
                } catch (InterruptedException e) {
                    interrupted.set(true);
                }
            });
            scope.fork("fails", () -> {
                waiting.await();
                throw new IOException("first");
            });

            assertThatThrownBy(never::await).isInstanceOf(InterruptedException.class);
            assertThat(scope.failure()).hasMessage("first");
        }
        assertThat(interrupted).isTrue();
    }

    @Test
    void laterFailuresAreNotTheCause() throws Exception {
        try (TaskScope scope = new TaskScope()) {
            CountDownLatch waiting = new CountDownLatch(1);
            scope.fork("second", () -> {
                waiting.countDown();
                never.await();
            });
            scope.fork("first", () -> {
                waiting.await();
                throw new IOException("first");
            });
            assertThatThrownBy(never::await).isInstanceOf(InterruptedException.class);
            scope.join();
            assertThat(scope.failure()).hasMessage("first");
        }
    }

    @Test
    void noTaskOutlivesTheScope() throws InterruptedException {
        AtomicReference<Thread> thread = new AtomicReference<>();
        CountDownLatch running = new CountDownLatch(1);
        try (TaskScope scope = new TaskScope()) {
            scope.fork("spins", () -> {
                thread.set(Thread.currentThread());
                running.countDown();
                while (!Thread.currentThread().isInterrupted()) {
                    Thread.onSpinWait();
                }
            });
            running.await();
        }

        assertThat(thread.get().isAlive()).isFalse();
    }

    @Test
    void aTaskForkedAfterAFailureIsInterrupted() throws InterruptedException {
        AtomicBoolean interrupted = new AtomicBoolean();
        try (TaskScope scope = new TaskScope()) {
            scope.fork("fails", () -> {
                throw new IOException("first");
            });
            assertThatThrownBy(never::await).isInstanceOf(InterruptedException.class);

            scope.fork("late", () -> {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    interrupted.set(true);
                }
            });
            scope.join();
        }
        assertThat(interrupted).isTrue();
    }

    @Test
    void joinWaitsForTheGoodEndOfAll() throws InterruptedException {
        AtomicBoolean done = new AtomicBoolean();
        try (TaskScope scope = new TaskScope()) {
            scope.fork("works", () -> done.set(true));
            scope.join();
            assertThat(scope.failure()).isNull();
        }
        assertThat(done).isTrue();
    }

    @Test
    void anInterruptOfTheOwnerStaysWhenNothingFailed() {
        try (TaskScope scope = new TaskScope()) {
            scope.fork("waits", () -> {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    return;
                }
            });
            Thread.currentThread().interrupt();
        }

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void closingTwiceIsSafe() {
        TaskScope scope = new TaskScope();
        scope.fork("works", () -> {});
        scope.close();
        scope.close();
    }

    @Test
    void anErrorIsAFailureToo() {
        try (TaskScope scope = new TaskScope()) {
            scope.fork("fails", () -> {
                throw new StackOverflowError("deep");
            });
            assertThatThrownBy(never::await).isInstanceOf(InterruptedException.class);
            assertThat(scope.failure()).isInstanceOf(StackOverflowError.class);
        }
    }
}
