package org.qubestools.cli.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.QubesDbHost;

/** The socket by which the daemon of a host is told what to do. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ControlDoorTest {
    @TempDir
    private Path folder;

    @Test
    void callersThatCouldNotBeAcceptedAreServedLater() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("control.sock"));
        try (QubesDbHost host = QubesDbHost.open();
                ControlDoor door = ControlDoor.open(
                        new FullDoor(address, 2), new HostControl(host, folder, DaemonOptions.DEFAULT));
                SocketChannel caller = SocketChannel.open(address);
                BufferedReader answers = new BufferedReader(Channels.newReader(caller, StandardCharsets.UTF_8))) {
            caller.write(ByteBuffer.wrap("{\"op\":\"list\"}\n".getBytes(StandardCharsets.UTF_8)));

            assertThat(answers.readLine()).isEqualTo("{\"ok\":true,\"domains\":[]}");
            assertThat(door).isNotNull();
        }
    }

    /** A socket that fails to accept a few times, as for a process without a free descriptor. */
    private static final class FullDoor extends ServerSocketChannel {
        private final ServerSocketChannel door;
        private final AtomicInteger failures;

        FullDoor(SocketAddress address, int failures) throws IOException {
            super(SelectorProvider.provider());
            this.door = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
            this.failures = new AtomicInteger(failures);
        }

        @Override
        public SocketChannel accept() throws IOException {
            if (failures.getAndDecrement() > 0) {
                throw new SocketException("Too many open files");
            }
            return door.accept();
        }

        @Override
        public ServerSocketChannel bind(SocketAddress address, int backlog) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> T getOption(SocketOption<T> name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Set<SocketOption<?>> supportedOptions() {
            return Set.of();
        }

        @Override
        public ServerSocket socket() {
            throw new UnsupportedOperationException();
        }

        @Override
        public SocketAddress getLocalAddress() throws IOException {
            return door.getLocalAddress();
        }

        @Override
        protected void implCloseSelectableChannel() throws IOException {
            door.close();
        }

        @Override
        protected void implConfigureBlocking(boolean block) {
            throw new UnsupportedOperationException();
        }
    }
}
