package org.qubestools.qubesdb.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The thread of the loop outlives what it runs, and nobody waits for one that has ended. */
final class LoopTest {
    @Test
    void faultOfATaskIsItsCallers() throws IOException {
        try (Loop loop = new Loop("qubesdb-daemon")) {
            assertThatThrownBy(() -> loop.call(() -> {
                        throw new IOException("no");
                    }))
                    .isInstanceOf(IOException.class)
                    .hasMessage("no");
            assertThatThrownBy(() -> loop.call(() -> {
                        throw new IllegalStateException("bug");
                    }))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(loop.call(() -> "goes on")).isEqualTo("goes on");
        }
    }

    @Test
    void faultOfAnAlarmOrAHandlerEndsNothing() throws IOException {
        List<String> order = new CopyOnWriteArrayList<>();
        try (Loop loop = new Loop("qubesdb-daemon")) {
            loop.call(() -> {
                loop.alarm(2_000_000, () -> order.add("second"));
                loop.alarm(1_000_000, () -> {
                    order.add("first");
                    throw new IllegalStateException("bug");
                });
                loop.alarm(0, () -> order.add("cancelled")).cancel();
                loop.again(new Loop.Handler() {
                    @Override
                    public void ready() {
                        throw new IllegalStateException("bug");
                    }

                    @Override
                    public void fail(Throwable reason) {
                        order.add("failed");
                        throw new IllegalStateException(reason);
                    }
                });
                return true;
            });
            TestDaemon.until("all have run", () -> order.size() == 3);

            assertThat(order).containsExactly("failed", "first", "second");
        }
    }

    @Test
    void callsThatComeWithTheEndAreRunOrRefused() throws Exception {
        for (int i = 0; i < 200; i++) {
            Loop loop = new Loop("qubesdb-daemon");
            AtomicInteger run = new AtomicInteger();
            AtomicInteger refused = new AtomicInteger();
            Thread caller = new Thread(() -> {
                for (int j = 0; j < 20; j++) {
                    try {
                        loop.call(run::incrementAndGet);
                    } catch (IOException e) {
                        refused.incrementAndGet();
                    }
                }
            });
            caller.start();
            loop.close();
            caller.join();

            assertThat(run.get() + refused.get()).isEqualTo(20);
        }
    }
}
