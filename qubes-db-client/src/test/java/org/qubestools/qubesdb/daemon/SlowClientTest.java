package org.qubestools.qubesdb.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.qubesdb.MessageType;

/** Clients that stop in the middle, do not listen, or are many: nobody else waits for them. */
final class SlowClientTest {
    private static final int CLIENTS = 1024;

    @TempDir
    Path folder;

    private static void works(TestDaemon daemon) throws IOException {
        try (RawClient other = daemon.client()) {
            assertThat(other.ask(Frame.write("/works", "yes"))).isEqualTo(Frame.ok("/works"));
            assertThat(other.ask(Frame.read("/works"))).isEqualTo(Frame.value("/works", "yes"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 40, 71, 72, 78})
    void stoppingInsideAMessageDisturbsNobody(int bytes) throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder);
                RawClient slow = daemon.client()) {
            byte[] message = Frame.write("/slow", "a value").bytes();
            slow.send(Arrays.copyOf(message, bytes));
            works(daemon);

            slow.send(Arrays.copyOfRange(message, bytes, message.length));
            slow.expect(Frame.ok("/slow"));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {3071, 65_536})
    void announcingDataThatDoNotComeDisturbsNobody(long length) throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder);
                RawClient slow = daemon.client()) {
            slow.send(Frame.header(MessageType.WRITE.number(), "/slow", length));
            works(daemon);
        }
    }

    @Test
    void answersThatAreNotReadAreKeptInOrder() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder);
                RawClient slow = daemon.client()) {
            Frame answer = Frame.value("/big", "b".repeat(3071));
            assertThat(slow.ask(Frame.write("/big", answer.data()))).isEqualTo(Frame.ok("/big"));
            int asked = slow.sendUntilFull(Frame.read("/big"), 100_000);
            assertThat(asked).as("the daemon stops to read").isBetween(100, 99_999);
            works(daemon);

            for (int i = 0; i < asked - 1; i++) {
                assertThat(slow.receive()).isEqualTo(answer);
            }
            TestDaemon.until("the last request is sent", () -> sent(slow));
            assertThat(slow.receive()).isEqualTo(answer);
            slow.expectAlive();
        }
    }

    private static boolean sent(RawClient client) {
        try {
            return client.sendRest();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void listsThatAreNotReadTakeNoMemory() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder)) {
            try (RawClient writer = daemon.client()) {
                for (int i = 0; i < 1000; i++) {
                    assertThat(writer.ask(Frame.write("/k" + i, "v".repeat(3000))))
                            .isEqualTo(Frame.ok("/k" + i));
                }
            }
            // 3 GB, if each were made at once.
            List<RawClient> slow = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                RawClient client = daemon.client();
                slow.add(client);
                for (int j = 0; j < 10; j++) {
                    client.send(Frame.of(MessageType.MULTIREAD, ""));
                }
            }
            works(daemon);

            assertThat(slow.get(99).receive(1000)).doesNotContain(Frame.entry("", ""));
            for (RawClient client : slow) {
                client.close();
            }
        }
    }

    @Test
    void leavingWithAnswersPendingDisturbsNobody() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder)) {
            for (int i = 0; i < 50; i++) {
                try (RawClient rude = daemon.client()) {
                    rude.send(Frame.write("/big", "b".repeat(3071)), Frame.of(MessageType.WATCH, "/"));
                    rude.sendUntilFull(Frame.read("/big"), 500);
                }
            }
            works(daemon);
        }
    }

    @Test
    void threeHundredClientsAreServed() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(folder)) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                clients.add(daemon.client());
            }
            for (RawClient client : clients) {
                client.expectAlive();
            }
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void oneClientTooManyIsClosedAtOnce() throws Exception {
        DaemonOptions few = DaemonOptions.DEFAULT.withLimits(2, Duration.ofSeconds(30));
        try (TestDaemon daemon = TestDaemon.start(folder, few);
                RawClient first = daemon.client()) {
            first.expectAlive();
            try (RawClient second = daemon.readOnlyClient()) {
                second.expectAlive();
                try (RawClient third = daemon.client()) {
                    third.expectEnd();
                }
                second.expectAlive();
            }
            first.expectAlive();
            TestDaemon.until("there is room again", () -> isServed(daemon));
            assertThat(daemon.log).contains("there are 2 clients already");
        }
    }

    private static boolean isServed(TestDaemon daemon) {
        try (RawClient next = daemon.client()) {
            next.send(Frame.read("/a"));
            return next.receive().equals(Frame.noent("/a"));
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 72})
    void messageThatIsNotFinishedInTimeEndsTheConnection(int bytes) throws Exception {
        DaemonOptions hasty = DaemonOptions.DEFAULT.withLimits(CLIENTS, Duration.ofMillis(200));
        try (TestDaemon daemon = TestDaemon.start(folder, hasty);
                RawClient idle = daemon.client();
                RawClient slow = daemon.client()) {
            idle.expectAlive();
            slow.send(Arrays.copyOf(Frame.write("/a", "value").bytes(), bytes));

            slow.expectEnd();
            TestDaemon.until("it is logged", () -> !daemon.log.isEmpty());
            assertThat(daemon.log).containsExactly("client 2 did not finish its message in time");
            idle.expectAlive();
        }
    }

    @Test
    void clientWithoutAPauseBetweenMessagesIsNotSlow() throws Exception {
        DaemonOptions hasty = DaemonOptions.DEFAULT.withLimits(CLIENTS, Duration.ofSeconds(1));
        try (TestDaemon daemon = TestDaemon.start(folder, hasty);
                RawClient busy = daemon.client();
                RawClient slow = daemon.client()) {
            byte[] message = Frame.read("/a").bytes();
            byte[] shifted = new byte[message.length];
            System.arraycopy(message, 36, shifted, 0, 36);
            System.arraycopy(message, 0, shifted, 36, 36);
            busy.send(Arrays.copyOf(message, 36));
            slow.send(new byte[1]);
            // There is half a message whenever the daemon looks, for longer than a message may take.
            while (daemon.log.isEmpty()) {
                busy.send(shifted);
                busy.expect(Frame.noent("/a"));
            }
            busy.send(shifted);
            busy.expect(Frame.noent("/a"));

            assertThat(daemon.log).containsExactly("client 2 did not finish its message in time");
        }
    }
}
