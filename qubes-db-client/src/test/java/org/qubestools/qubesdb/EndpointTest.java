package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.QubesDbDaemon;

/** Which socket is taken, and what is said of one that cannot be. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EndpointTest {
    private static final QubesDbPath KEY = new QubesDbPath("/key");

    @TempDir
    private Path folder;

    private QubesDbOptions options() {
        return QubesDbOptions.of(new QubesDbSockets(folder));
    }

    private void assertDisconnected(String reason) {
        try (QubesDb db = QubesDbClient.of("work", options())) {
            assertThatThrownBy(() -> db.read(KEY))
                    .isInstanceOf(QubesDbDisconnectedException.class)
                    .hasMessageContaining(folder.resolve("qubesdb.work.sock").toString())
                    .hasMessageContaining(reason);
        }
    }

    @Test
    void withoutASocketNothingRuns() {
        assertDisconnected("No such file or directory");
    }

    @Test
    void theSocketOfADeadDaemonIsRefused() throws Exception {
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(folder.resolve("qubesdb.work.sock")));
        }

        assertDisconnected("Connection refused");
    }

    @Test
    void aFileInPlaceOfTheSocketIsRefused() throws Exception {
        Files.createFile(folder.resolve("qubesdb.work.sock"));

        assertDisconnected("Connection refused");
    }

    @Test
    void aSocketOfOthersIsDenied() throws Exception {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            Path socket = folder.resolve("qubesdb.work.sock");
            server.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("---------"));
            Assumptions.assumeFalse(canConnect(socket), "permissions mean nothing to this user");

            assertDisconnected("Permission denied");
        }
    }

    private static boolean canConnect(Path socket) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aSocketWhosePathIsTooLongIsDisconnected() {
        Path deep = folder.resolve("x".repeat(110));
        try (QubesDb db = QubesDbClient.of("work", QubesDbOptions.of(new QubesDbSockets(deep)))) {
            assertThatThrownBy(() -> db.read(KEY))
                    .isInstanceOf(QubesDbDisconnectedException.class)
                    .hasMessageContaining("too long");
        }
    }

    @Test
    void theSocketForReadingOnlyIsTakenIfTheOtherIsNotThere() throws Exception {
        try (QubesDbDaemon daemon = QubesDbDaemon.start(folder, "work", DaemonOptions.DEFAULT);
                QubesDb db = QubesDbClient.of("work", options())) {
            db.write(KEY, "value");
            Files.delete(folder.resolve("qubesdb.work.sock"));
            db.refresh();

            assertThat(db.read(KEY).orElseThrow().untrustedText()).isEqualTo("value");
            assertThatThrownBy(() -> db.write(KEY, "other"))
                    .isInstanceOf(QubesDbRefusedException.class)
                    .hasMessageContaining("read-only");
            assertThatThrownBy(() -> db.remove(KEY))
                    .isInstanceOf(QubesDbRefusedException.class)
                    .hasMessageContaining("read-only");
        }
    }

    @Test
    void theLocalSocketIsTakenWithoutAName() throws Exception {
        try (QubesDbDaemon daemon = QubesDbDaemon.startLocal(folder, DaemonOptions.DEFAULT);
                QubesDb db = QubesDbClient.local(options())) {
            db.write(KEY, "value");

            assertThat(db.read(KEY)).isPresent();
        }
    }

    @Test
    void offlineModeOpensNothing() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, ScriptedDaemon.Peer::answerAll);
                QubesDb db = daemon.client(daemon.options().offline(true))) {
            assertThatThrownBy(() -> db.read(KEY)).isInstanceOf(QubesDbOfflineException.class);
            assertThatThrownBy(() -> db.write(KEY, "x")).isInstanceOf(QubesDbOfflineException.class);
            assertThatThrownBy(() -> db.watch(KEY, new Recorder())).isInstanceOf(QubesDbOfflineException.class);
            assertThatThrownBy(() -> db.watch(List.of(KEY))).isInstanceOf(QubesDbOfflineException.class);
            db.refresh();
            assertThat(daemon.connections()).isZero();
        }
    }

    @Test
    void aClientThatIsNotUsedOpensNothing() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon(folder, ScriptedDaemon.Peer::answerAll)) {
            daemon.client(daemon.options()).close();

            assertThat(daemon.connections()).isZero();
        }
    }

    // ---- a queue of callers that is full

    /** A socket nobody accepts at, with its queue full; the callers in it. */
    private static List<SocketChannel> fill(ServerSocketChannel server, Path socket) throws Exception {
        server.bind(UnixDomainSocketAddress.of(socket), 1);
        List<SocketChannel> callers = new ArrayList<>();
        try {
            while (true) {
                SocketChannel caller = SocketChannel.open(StandardProtocolFamily.UNIX);
                callers.add(caller);
                caller.configureBlocking(false);
                caller.connect(UnixDomainSocketAddress.of(socket));
            }
        } catch (SocketException e) {
            callers.remove(callers.size() - 1).close(); // the queue is full
        }
        return callers;
    }

    private static void closeAll(List<SocketChannel> channels) throws Exception {
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }

    @Test
    void aDaemonWhoseQueueIsFullForTooLongIsDisconnected() throws Exception {
        Path socket = folder.resolve("qubesdb.work.sock");
        Duration limit = Duration.ofMillis(50);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                QubesDb db = QubesDbClient.of("work", options().withTimeouts(limit, limit))) {
            List<SocketChannel> callers = fill(server, socket);

            assertThatThrownBy(() -> db.read(KEY))
                    .isInstanceOf(QubesDbDisconnectedException.class)
                    .hasMessageContaining("Resource temporarily unavailable");
            closeAll(callers);
        }
    }

    @Test
    void aQueueThatWasFullIsWaitedFor() throws Exception {
        Path socket = folder.resolve("qubesdb.work.sock");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                QubesDb db = QubesDbClient.of("work", options())) {
            List<SocketChannel> callers = fill(server, socket);
            FutureTask<Object> read = new FutureTask<>(() -> db.read(KEY));
            Waiting.untilBlocked(Background.start("test-waiting", read));
            for (int i = 0; i < callers.size(); i++) {
                server.accept().close();
            }
            try (SocketChannel client = server.accept()) {
                ByteBuffer request = ByteBuffer.allocate(MessageCodec.HEADER_LENGTH);
                while (request.hasRemaining()) {
                    client.read(request);
                }
                client.write(ByteBuffer.wrap(Bytes.message(MessageType.NOENT, "/key")));

                assertThat(read.get()).isEqualTo(Optional.empty());
            }
            closeAll(callers);
        }
    }

    @Test
    void closeEndsTheWaitForAFullQueue() throws Exception {
        Path socket = folder.resolve("qubesdb.work.sock");
        Duration limit = Duration.ofDays(1);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            List<SocketChannel> callers = fill(server, socket);
            QubesDb db = QubesDbClient.of("work", options().withTimeouts(limit, limit));
            FutureTask<Object> read = new FutureTask<>(() -> db.read(KEY));
            Waiting.untilBlocked(Background.start("test-waiting", read));

            db.close();

            assertThatThrownBy(read::get).cause().isInstanceOf(QubesDbDisconnectedException.class);
            closeAll(callers);
        }
    }
}
