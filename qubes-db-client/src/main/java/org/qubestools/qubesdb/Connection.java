package org.qubestools.qubesdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Consumer;
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
    private final Consumer<Connection> ended;
    private final Deque<Call> outstanding = new ConcurrentLinkedDeque<>();
    private final ReplyParser parser = new ReplyParser();
    private final Thread reader;

    private final Object sending = new Object();
    /** What is to be sent before anything else; guarded by {@link #sending}, as are the next two. */
    private final Deque<ByteBuffer> backlog = new ArrayDeque<>();

    private boolean deaf;
    private @Nullable QubesDbException end;

    /** The daemon may hang up behind the last answer. */
    private volatile boolean suspect;

    /**
     * Starts reading.
     *
     * @param opened taken over
     * @param ended told once, by the reader, after all calls have failed
     */
    Connection(String name, Endpoint.Opened opened, Consumer<Connection> ended) throws QubesDbDisconnectedException {
        this.name = name;
        this.channel = opened.channel();
        this.readOnly = opened.readOnly();
        this.ended = ended;
        try {
            this.selector = selectorOf(channel);
        } catch (IOException e) {
            throw new QubesDbDisconnectedException("no connection to QubesDB of " + name + ": " + e.getMessage(), e);
        }
        this.reader = Background.start("qubesdb-reader " + name, this::readAll);
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
        synchronized (sending) {
            return end == null && !deaf;
        }
    }

    // ---- sending

    /**
     * Sends requests, all at once; their answers come in this order.
     *
     * @throws QubesDbDisconnectedException if nothing of the first was sent, or the connection has ended; the calls are
     *     {@linkplain Call#isUntouched untouched} then
     */
    void send(List<Call> calls) throws QubesDbDisconnectedException {
        ByteBuffer bytes = encode(calls);
        synchronized (sending) {
            if (end != null || deaf) {
                throw untouched(calls, end == null ? lost("the daemon hung up", null) : lost(reason(end), end));
            }
            calls.forEach(call -> call.sentTo(readOnly));
            outstanding.addAll(calls);
            if (backlog.isEmpty()) {
                try {
                    channel.write(bytes);
                } catch (IOException e) {
                    throw refuseToSend(calls, bytes.position() == 0, e);
                }
            }
            if (bytes.hasRemaining()) {
                backlog.add(bytes);
                selector.wakeup();
            }
        }
    }

    private static ByteBuffer encode(List<Call> calls) {
        int length = 0;
        for (Call call : calls) {
            length += MessageCodec.length(call.request());
        }
        ByteBuffer bytes = ByteBuffer.allocate(length);
        for (Call call : calls) {
            MessageCodec.put(call.request(), bytes);
        }
        return bytes.flip();
    }

    private static QubesDbDisconnectedException untouched(List<Call> calls, QubesDbDisconnectedException reason) {
        calls.forEach(Call::markUntouched);
        return reason;
    }

    /** The reader goes on to the end of what has arrived: an ERROR there may explain the hang-up. */
    private QubesDbDisconnectedException refuseToSend(List<Call> calls, boolean nothingSent, IOException e) {
        deaf = true;
        selector.wakeup();
        QubesDbDisconnectedException reason = lost(e.getMessage(), e);
        if (nothingSent) {
            calls.forEach(outstanding::removeLastOccurrence);
            untouched(calls, reason);
        }
        return reason;
    }

    private QubesDbDisconnectedException lost(@Nullable String reason, @Nullable Throwable cause) {
        String message = "the connection to QubesDB of " + name + " was lost: " + reason;
        return cause == null
                ? new QubesDbDisconnectedException(message)
                : new QubesDbDisconnectedException(message, cause);
    }

    private static @Nullable String reason(QubesDbException e) {
        return e.getMessage();
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
        try {
            selector.close();
            channel.close();
        } catch (IOException e) {
            // Nothing is lost: what was sent was sent, and no more is read.
        }
        failAll();
        ended.accept(this);
    }

    private void failAll() {
        QubesDbException reason;
        synchronized (sending) {
            reason = end == null ? lost("closed", null) : end;
        }
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
            QubesDbException asked = askedToEnd();
            if (asked != null) {
                return asked;
            }
            if (flush() != flushed) {
                flushed = !flushed;
                key.interestOps(flushed ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            }
            if (!read(buffer)) {
                return lost(
                        parser.isInside() || buffer.position() > 0
                                ? "it ended within a message"
                                : "the daemon closed it",
                        null);
            }
        }
    }

    private @Nullable QubesDbException askedToEnd() {
        synchronized (sending) {
            return end;
        }
    }

    /** Sends of the backlog what can be sent; true if nothing is left. */
    private boolean flush() {
        synchronized (sending) {
            try {
                while (!backlog.isEmpty() && !deaf) {
                    channel.write(backlog.getFirst());
                    if (backlog.getFirst().hasRemaining()) {
                        return false;
                    }
                    backlog.removeFirst();
                }
            } catch (IOException e) {
                deaf = true;
            }
            return true;
        }
    }

    /** Takes what has arrived; false at the end. */
    private boolean read(ByteBuffer buffer) throws QubesDbProtocolException {
        while (true) {
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
            if (got < room) {
                return !isDeaf(); // no more has arrived; from who takes nothing any more, no more comes
            }
        }
    }

    /** A reset is an end like any other: the daemon closed with something unread. */
    private int receive(ByteBuffer buffer) {
        try {
            return channel.read(buffer);
        } catch (IOException e) {
            return -1;
        }
    }

    private boolean isDeaf() {
        synchronized (sending) {
            return deaf;
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
        synchronized (sending) {
            if (end == null) {
                end = reason;
            }
            selector.wakeup();
        }
    }

    /** Waits for the reader to end; not if that is the caller. */
    void join() throws InterruptedException {
        if (Thread.currentThread() != reader) {
            reader.join();
        }
    }
}
