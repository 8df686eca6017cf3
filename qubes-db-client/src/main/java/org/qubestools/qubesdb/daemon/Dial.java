package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Connects to the socket of the other side, and counts how often nobody was there. */
final class Dial {
    /** So many tries in a row must find nobody. */
    private static final int SURE = 3;

    private boolean answered;
    private int unanswered;

    /** A channel that does not block, connected. */
    SocketChannel open(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        boolean connected = false;
        try {
            channel.configureBlocking(false);
            // A Unix socket is connected at once, or its queue of callers is full: then later.
            connected = channel.connect(UnixDomainSocketAddress.of(socket));
        } finally {
            if (!connected) {
                channel.close();
            }
        }
        if (!connected) {
            throw new IOException(socket + " is busy");
        }
        answered = true;
        unanswered = 0;
        return channel;
    }

    /** After a failed {@link #open}: whether somebody listened there before, and nobody does now. */
    boolean isAbandoned(Path socket, IOException failure) {
        // Refused by the system: nobody has the socket open. Whoever is only busy, or may not be asked, lives.
        boolean nobody = failure instanceof ConnectException || Files.notExists(socket);
        unanswered = answered && nobody ? unanswered + 1 : 0;
        return unanswered >= SURE;
    }
}
