package org.qubestools.qubesdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a daemon. A thread of its own reads, and nothing else does; those who ask write themselves, without
 * waiting, and what the socket does not take at once is left to that thread. Ends once; whatever waits then fails.
 */
final class Connection {
    private static final int BUFFER = 64 << 10;

    private final String name;
    private final SocketChannel channel;
    private final boolean readOnly;
    private final Selector selector;
    private final WatchRouter router = new WatchRouter();
    private final Owner owner;
    private final Deque<Call> outstanding = new ConcurrentLinkedDeque<>();
    private final Sender sender;
    private final ReplyParser parser = new ReplyParser();
    /** Why it ends or has ended. */
    private final AtomicReference<@Nullable QubesDbException> end = new AtomicReference<>();

    private final Thread reader;

    /** Whose it is. */
    interface Owner {
        /** Comes once, by the reader, after all calls have failed. */
        void lost(Connection connection);
    }

    /** The thread that reads. */
    private final class Reader implements Runnable {
        @Override
        public void run() {
            readAll();
        }
    }

    /** The daemon may hang up behind the last answer. */
    private volatile boolean suspect;

    private volatile boolean over;

    /**
     * Starts reading.
     *
     * @param opened taken over
     * @param owner told of the end
     */
    Connection(String name, Endpoint.Opened opened, Owner owner) throws QubesDbDisconnectedException {
        this.name = name;
        this.channel = opened.channel();
        this.readOnly = opened.readOnly();
        this.owner = owner;
        this.sender = new Sender(channel, outstanding);
        try {
            this.selector = selectorOf(channel);
        } catch (IOException e) {
            throw new QubesDbDisconnectedException("no connection to QubesDB of " + name + ": " + e.getMessage(), e);
        }
        this.reader = Background.start("qubesdb-reader " + name, new Reader());
    }

    private static Selector selectorOf(SocketChannel channel) throws IOException {
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

    WatchRouter router() {
        return router;
    }

    boolean isSuspect() {
        return suspect;
    }

    boolean isUsable() {
        return end.get() == null && !sender.isDeaf();
    }

    /** True once all calls have failed and nothing comes any more; what the owner does comes after that. */
    boolean isOver() {
        return over;
    }

    // ---- sending

    /**
     * Sends requests, all at once; their answers come in this order.
     *
     * @throws QubesDbDisconnectedException if nothing was sent; the calls are {@linkplain Call#isUntouched untouched} then
     */
    void send(List<Call> calls) throws QubesDbDisconnectedException {
        QubesDbException reason = end.get();
        if (reason != null) {
            throw untouched(calls, lost(reason.getMessage(), reason));
        }
        for (Call call : calls) {
            call.sentTo(readOnly);
        }
        try {
            if (!sender.send(calls)) {
                selector.wakeup();
            }
        } catch (IOException e) {
            selector.wakeup(); // the reader takes what has arrived: an ERROR there may explain the hang-up
            throw untouched(calls, lost(e.getMessage(), e));
        }
    }

    private static QubesDbDisconnectedException untouched(List<Call> calls, QubesDbDisconnectedException reason) {
        for (Call call : calls) {
            call.markUntouched();
        }
        return reason;
    }

    private QubesDbDisconnectedException lost(@Nullable String reason, @Nullable Throwable cause) {
        String message = "the connection to QubesDB of " + name + " was lost: " + reason;
        return cause == null
                ? new QubesDbDisconnectedException(message)
                : new QubesDbDisconnectedException(message, cause);
    }

    // ---- the reader

    @SuppressWarnings("IllegalCatch") // the border of a thread: whatever it is, nobody may wait for ever
    private void readAll() {
        QubesDbException reason;
        try {
            reason = untilEnd();
        } catch (IOException e) {
            reason = e instanceof QubesDbException own ? own : lost(e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            reason = lost(e.toString(), e);
        }
        breakOff(reason);
        sender.close(); // from here on no call is added
        try {
            selector.close();
            channel.close();
        } catch (IOException e) {
            // Nothing is lost: what was sent was sent, and no more is read.
        }
        failAll(reason);
        over = true;
        owner.lost(this);
    }

    private void failAll(QubesDbException otherwise) {
        QubesDbException first = end.get();
        QubesDbException reason = first == null ? otherwise : first;
        Call call = outstanding.poll();
        while (call != null) {
            call.fail(reason);
            call = outstanding.poll();
        }
    }

    /** Why there is no more. */
    private QubesDbException untilEnd() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        SelectionKey key = channel.keyFor(selector);
        boolean flushed = true;
        while (true) {
            selector.select();
            selector.selectedKeys().clear();
            QubesDbException asked = end.get();
            if (asked != null) {
                return asked;
            }
            if (sender.flush() != flushed) {
                flushed = !flushed;
                key.interestOps(flushed ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            }
            if (!read(buffer)) {
                boolean inside = parser.isInside() || buffer.position() > 0;
                return lost(inside ? "it ended within a message" : "the daemon closed it", null);
            }
        }
    }

    /**
     * Takes of what has arrived as much as the buffer holds: a daemon that never stops must not keep the reader from
     * being asked to end. False at the end of the stream.
     */
    private boolean read(ByteBuffer buffer) throws QubesDbProtocolException {
        boolean deaf = sender.isDeaf();
        int room = buffer.remaining();
        int got = receive(buffer);
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
        return got == room || !deaf; // from who took nothing any more before this, no more comes
    }

    /** A reset is an end like any other: the daemon closed with something unread. */
    private int receive(ByteBuffer buffer) {
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

    // ---- ending

    /** Ends the connection, for this reason if there is none yet; returns at once. */
    void breakOff(QubesDbException reason) {
        end.compareAndSet(null, reason);
        selector.wakeup();
    }

    /** Waits for the reader to end; not if that is the caller. */
    void join() throws InterruptedException {
        if (Thread.currentThread() != reader) {
            reader.join();
        }
    }
}
