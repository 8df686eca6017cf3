package org.qubestools.qubesdb;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** The sockets of one domain: its own, and the one for reading only, tried if the first does not let us in. */
record Endpoint(String name, Path socket, Path readOnlySocket) {
    /** A daemon whose queue of callers is full is asked again after so long. */
    private static final long PAUSE_MILLIS = 5;

    /** The queue of callers is full. */
    private static final class BusyException extends IOException {
        private static final long serialVersionUID = 1L;

        BusyException(SocketException e) {
            super(e.getMessage(), e);
        }
    }

    /** A channel that is connected and does not block. */
    record Opened(SocketChannel channel, boolean readOnly) {
        /** What waits until something can be read; without it the channel is closed. */
        Selector selector() throws IOException {
            Selector selector = null;
            try {
                selector = Selector.open();
                channel.register(selector, SelectionKey.OP_READ);
                return selector;
            } catch (IOException e) {
                if (selector != null) {
                    selector.close();
                }
                channel.close();
                throw e;
            }
        }
    }

    /** The time is over, or nobody needs it any more. */
    private record Late(Deadline end, BooleanSupplier givenUp) implements BooleanSupplier {
        @Override
        public boolean getAsBoolean() {
            return end.isReached() || givenUp.getAsBoolean();
        }
    }

    static Endpoint domain(QubesDbSockets sockets, String domain) {
        return new Endpoint("domain '" + domain + "'", sockets.socket(domain), sockets.readOnlySocket(domain));
    }

    static Endpoint local(QubesDbSockets sockets) {
        return new Endpoint("this domain", sockets.localSocket(), sockets.localReadOnlySocket());
    }

    /** {@code givenUp}: whether nobody needs it any more; asked while a daemon that is busy is waited for. */
    Opened open(Duration limit, BooleanSupplier givenUp) throws QubesDbDisconnectedException, InterruptedException {
        Deadline end = Deadline.in(Deadline.nanos(limit));
        BooleanSupplier late = new Late(end, givenUp);
        try {
            return new Opened(open(socket, late), false);
        } catch (IOException first) {
            if (!(first instanceof BusyException)) {
                try {
                    return new Opened(open(readOnlySocket, late), true);
                } catch (IOException second) {
                    // What is wrong with the first socket tells more.
                }
            }
            throw new QubesDbDisconnectedException(
                    "no QubesDB of " + name + ": " + socket + ": " + reason(first), first);
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static SocketChannel open(Path socket, BooleanSupplier late) throws IOException, InterruptedException {
        while (true) {
            try {
                return open(socket);
            } catch (BusyException e) {
                if (late.getAsBoolean()) {
                    throw e;
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    private static SocketChannel open(Path socket) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        boolean connected = false;
        try {
            // Not blocking from the start: an interrupt would close a channel that blocks.
            channel.configureBlocking(false);
            if (!channel.connect(address) && !channel.finishConnect()) {
                throw new IOException("a local connection was neither made nor refused");
            }
            connected = true;
            return channel;
        } catch (ConnectException e) {
            throw e; // nobody listens
        } catch (SocketException e) {
            // Linux has a number for it, Java its text in the language of the user: so it is what nothing else
            // explains.
            throw Files.isWritable(socket) ? new BusyException(e) : e;
        } finally {
            if (!connected) {
                channel.close();
            }
        }
    }
}
