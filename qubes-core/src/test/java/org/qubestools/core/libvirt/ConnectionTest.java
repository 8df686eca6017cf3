package org.qubestools.core.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

@Timeout(60)
final class ConnectionTest {
    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int version(Connection connection) {
        return connection.ask(
                "ask", (lib, pointer) -> lib.number("virConnectGetLibVersion", pointer, new byte[Long.BYTES]));
    }

    /** A call in the middle still has its connection; one that comes later is told why it has none. */
    @Test
    void itIsClosedWhenTheLastCallHasEnded() throws Exception {
        AnsweringLibvirt libvirt = new AnsweringLibvirt(NativeLibvirt.load());
        Connection connection = Connection.open(libvirt, "test:///default", Duration.ofSeconds(30));
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<Integer> call = threads.submit(() -> connection.ask("wait", (lib, pointer) -> {
                begun.countDown();
                await(go);
                return lib.number("virConnectGetLibVersion", pointer, new byte[Long.BYTES]);
            }));
            begun.await();
            Future<?> closing = threads.submit(connection::close);
            while (connection.isAlive()) {
                Thread.onSpinWait();
            }

            assertThat(libvirt.wasAsked("virConnectClose")).isFalse();
            assertThatThrownBy(() -> version(connection))
                    .isInstanceOfSatisfying(
                            QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.VMM_UNREACHABLE))
                    .hasMessage("the connection to test:///default was closed");

            go.countDown();
            assertThat(call.get()).isZero();
            closing.get();
            while (!libvirt.wasAsked("virConnectClose")) {
                Thread.onSpinWait();
            }
        } finally {
            go.countDown();
            threads.shutdownNow();
        }
    }

    @Test
    void closingTwiceIsSafe() {
        AnsweringLibvirt libvirt = new AnsweringLibvirt(NativeLibvirt.load());
        Connection connection = Connection.open(libvirt, "test:///default", Duration.ofSeconds(30));
        assertThat(version(connection)).isZero();

        connection.close();
        connection.close();

        assertThat(libvirt.wasAsked("virConnectClose")).isTrue();
        assertThat(connection.isAlive()).isFalse();
    }
}
