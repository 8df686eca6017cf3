package org.qubestools.qubesdb;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a daemon. It has no thread of its own: whoever awaits an answer reads, or a thread of the client if it
 * watches; one at a time, who has the turn, for all. Those who ask write without waiting, and what the socket does not take
 * at once is left to who reads. Ends once; whatever waits then fails.
 */
final class Connection {
    /** To {@link #readOnce}: until something comes. */
    static final long FOR_EVER = 0;

    private static final long NOT_AT_ALL = -1;

    private final String name;
    private final SocketChannel channel;
    private final boolean readOnly;
    private final Selector selector;
    private final SelectionKey key;
    private final WatchRouter router = new WatchRouter();
    private final Owner owner;
    private final Deque<Call> outstanding = new ConcurrentLinkedDeque<>();
    private final Sender sender;
    /** Why it ends or has ended. */
    private final AtomicReference<@Nullable QubesDbException> end = new AtomicReference<>();

    private final CountDownLatch over = new CountDownLatch(1);
    /** True while somebody reads, and for ever after the end. */
    private final AtomicBoolean turn = new AtomicBoolean();

    // What belongs to who has the turn.
    private final Receiver receiver;
    private boolean flushed = true;

    /** Whose it is. */
    interface Owner {
        /** Comes once, after all calls have failed. */
        void lost(Connection connection);

        /** Nobody reads, nor awaits an answer. */
        void unread();
    }

    /**
     * Takes a channel over.
     *
     * @param owner told of the end
     */
    Connection(String name, Endpoint.Opened opened, Owner owner) throws QubesDbDisconnectedException {
        this.name = name;
        this.channel = opened.channel();
        this.readOnly = opened.readOnly();
        this.owner = owner;
        this.sender = new Sender(channel, outstanding);
        this.receiver = new Receiver(name, channel, outstanding, router);
        try {
            this.selector = opened.selector();
        } catch (IOException e) {
            throw new QubesDbDisconnectedException("no connection to QubesDB of " + name + ": " + e.getMessage(), e);
        }
        this.key = channel.keyFor(selector);
    }

    WatchRouter router() {
        return router;
    }

    boolean isSuspect() {
        return receiver.isSuspect();
    }

    boolean isUsable() {
        return end.get() == null && !sender.isDeaf();
    }

    /** True once all calls have failed and nothing comes any more; what the owner does comes after that. */
    boolean isOver() {
        return over.getCount() == 0;
    }

    // ---- sending

    /**
     * Sends requests, all at once; their answers come in this order.
     *
     * @throws QubesDbDisconnectedException if nothing was sent; the calls are {@linkplain Call#markUntouched untouched} then
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
            readRest(); // an ERROR there may explain the hang-up
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

    // ---- reading

    /** Waits for the answer of a call that was sent, and reads for others meanwhile; false if it does not come in time. */
    boolean await(Call call, long nanos) throws InterruptedException {
        Deadline limit = Deadline.in(nanos);
        call.awaitedBy(Thread.currentThread());
        try {
            while (!call.isDone() && !limit.isReached()) {
                if (takeTurn()) {
                    readFor(call, limit);
                } else if (!call.isDone()) {
                    LockSupport.parkNanos(this, limit.nanosLeft());
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            return call.isDone();
        } finally {
            call.awaitedBy(null);
            if (!turn.get()) {
                wakeReader();
            }
        }
    }

    private void readFor(Call call, Deadline limit) {
        boolean more = true;
        while (more
                && !call.isDone()
                && !limit.isReached()
                && !Thread.currentThread().isInterrupted()) {
            more = readOnce(Math.max(1, limit.millisLeft()));
        }
        release();
    }

    /** Takes the turn to read if nobody has it; then {@link #readOnce}, and {@link #passTurn} in the end. */
    boolean takeTurn() {
        return turn.compareAndSet(false, true);
    }

    /** Gives the turn back, to whoever awaits an answer, or else to the owner. */
    void passTurn() {
        release();
        if (!turn.get()) {
            wakeReader();
        }
    }

    private void release() {
        if (isOver()) {
            return;
        }
        turn.set(false);
        QubesDbException asked = end.get();
        if (asked != null && takeTurn()) {
            finish(asked); // who asked for it saw the turn taken
        }
    }

    private void wakeReader() {
        for (Call call : outstanding) {
            if (call.wake()) {
                return;
            }
        }
        owner.unread();
    }

    /** What has come before the hang-up, and the end. */
    private void readRest() {
        selector.wakeup();
        if (takeTurn()) {
            boolean more = true;
            while (more) {
                more = readOnce(NOT_AT_ALL);
            }
        }
    }

    /**
     * Waits until something comes, and takes it; for who has the turn.
     *
     * @param millis how long, if it is positive
     * @return false if that was the end
     */
    @SuppressWarnings("IllegalCatch") // whatever it is, nobody may wait for ever
    boolean readOnce(long millis) {
        QubesDbException reason;
        try {
            reason = takeWhatComes(millis);
        } catch (IOException e) {
            reason = e instanceof QubesDbException own ? own : lost(e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            reason = lost(e.toString(), e);
        }
        if (reason != null) {
            finish(reason);
        }
        return reason == null;
    }

    /** Why there is no more, or null. */
    private @Nullable QubesDbException takeWhatComes(long millis) throws IOException {
        flush();
        if (millis == NOT_AT_ALL) {
            selector.selectNow();
        } else {
            selector.select(millis);
        }
        selector.selectedKeys().clear();
        QubesDbException asked = end.get();
        if (asked != null) {
            return asked;
        }
        flush();
        if (!receiver.receive(sender.isDeaf())) {
            return lost(receiver.isInside() ? "it ended within a message" : "the daemon closed it", null);
        }
        return null;
    }

    private void flush() {
        if (sender.flush() != flushed) {
            flushed = !flushed;
            key.interestOps(flushed ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
    }

    // ---- ending

    /** Ends the connection, for this reason if there is none yet; returns at once. */
    void breakOff(QubesDbException reason) {
        end.compareAndSet(null, reason);
        selector.wakeup();
        if (takeTurn()) {
            finish(reason);
        }
    }

    /** Waits for the end, after {@link #breakOff}. */
    void join() throws InterruptedException {
        over.await();
    }

    /** For who has the turn, which is not given back: nothing is there to be read any more. */
    private void finish(QubesDbException reason) {
        end.compareAndSet(null, reason);
        sender.close(); // from here on no call is added
        try {
            selector.close();
            channel.close();
        } catch (IOException e) {
            // Nothing is lost: what was sent was sent, and no more is read.
        }
        failAll();
        over.countDown();
        owner.lost(this);
    }

    private void failAll() {
        QubesDbException reason = Objects.requireNonNull(end.get());
        for (Call call = outstanding.poll(); call != null; call = outstanding.poll()) {
            call.fail(reason);
        }
    }
}
