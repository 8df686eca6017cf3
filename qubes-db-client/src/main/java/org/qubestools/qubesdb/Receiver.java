package org.qubestools.qubesdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Deque;

/** The half of a connection that receives, for the one thread that reads at the time. Nothing here waits. */
final class Receiver {
    private static final int BUFFER = 64 << 10;

    private final String name;
    private final SocketChannel channel;
    private final Deque<Call> outstanding;
    private final WatchRouter router;
    private final ReplyParser parser = new ReplyParser();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);

    private volatile boolean suspect;

    /**
     * Nothing is read yet.
     *
     * @param name of the domain, for people
     * @param outstanding the calls that wait, oldest first; those that are answered are taken out
     * @param router where events go
     */
    Receiver(String name, SocketChannel channel, Deque<Call> outstanding, WatchRouter router) {
        this.name = name;
        this.channel = channel;
        this.outstanding = outstanding;
        this.router = router;
    }

    /** The daemon may hang up behind the last answer. */
    boolean isSuspect() {
        return suspect;
    }

    /** True if part of a message has come. */
    boolean isInside() {
        return parser.isInside() || buffer.position() > 0;
    }

    /**
     * Takes of what has arrived as much as the buffer holds: a daemon that never stops must not keep the reader from
     * being asked to end. False at the end of the stream.
     *
     * @param deaf the daemon takes nothing any more: then what has not arrived yet never does
     */
    boolean receive(boolean deaf) throws QubesDbProtocolException {
        int room = buffer.remaining();
        int got = read();
        if (got < 0) {
            return false;
        }
        buffer.flip();
        Message message = parser.next(buffer);
        while (message != null) {
            take(message);
            message = parser.next(buffer);
        }
        buffer.compact();
        return got == room || !deaf;
    }

    /** A reset is an end like any other: the daemon closed with something unread. */
    private int read() {
        try {
            return channel.read(buffer);
        } catch (IOException e) {
            return -1;
        }
    }

    private void take(Message message) throws QubesDbProtocolException {
        if (message.type() == MessageType.EVENT) {
            router.changed(message.untrustedPath());
            return;
        }
        Call call = outstanding.peek();
        if (call == null) {
            throw new QubesDbProtocolException("QubesDB of " + name + " sent " + message.type() + ", unasked");
        }
        suspect = message.type() == MessageType.ERROR && call.request().type() == MessageType.WRITE;
        if (call.accept(message)) {
            outstanding.remove(call);
        }
    }
}
