package org.qubestools.qubesdb;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;

/**
 * What the JDK does before the first Unix socket of a process, 20 ms or so of a processor, begun in the background for
 * whoever has something else to do first. A client that connects meanwhile waits for it.
 *
 * <p>A class of its own, without lambdas, since whoever calls it wants nothing else to be loaded before.
 */
public final class FirstSocket implements Runnable {
    /** What making random numbers asks for in the end and no archive has: 3 ms, most to open the JDK's modules. */
    private static final String EVENT = "jdk.internal.event.SecurityProviderServiceEvent";

    private FirstSocket() {}

    /** Begins it. */
    public static void prepare() {
        Background.start("qubesdb-random", new FirstRandom()); // the longest
        Background.start("qubesdb-prepare", new FirstSocket());
    }

    @Override
    public void run() {
        // The socket comes last, since it waits for the random numbers.
        try (Selector selector = Selector.open()) {
            loadEvent();
            try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                socket.configureBlocking(false);
                socket.register(selector, SelectionKey.OP_READ);
                selector.selectNow();
            }
        } catch (IOException e) {
            // Then the first connection fails as well, and says so.
        }
    }

    private static void loadEvent() {
        try {
            Class.forName(EVENT, true, null);
        } catch (ClassNotFoundException e) {
            // Then this JDK does without.
        }
    }

    /** What the JDK's Unix sockets load for names that nothing here needs: half of their time. */
    private static final class FirstRandom implements Runnable {
        @Override
        public void run() {
            new SecureRandom();
        }
    }
}
