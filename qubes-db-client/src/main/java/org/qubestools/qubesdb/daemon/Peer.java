package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.qubestools.qubesdb.MessageType;

/**
 * The other end of one stream. Takes messages as they come and sends what is queued for it; one that does not take that may
 * be left unread. Nothing here waits. For the thread of the loop.
 */
final class Peer implements Loop.Handler {
    private static final long LOW_MARK = OutputQueue.HIGH_MARK / 4;
    private static final byte[] NOTHING = new byte[0];

    private final Loop loop;
    private final Owner owner;
    private final long messageNanos;
    private final long highMark;
    private final MessageReader reader;
    private final OutputQueue output = new OutputQueue();
    private final Loop.Handler sender = new Sender();
    private @Nullable PeerChannel channel;

    /** So much is queued that no more messages are taken. */
    private boolean throttled;
    /** The owner wants no messages now. */
    private boolean paused;
    /** There is nothing more to be read. */
    private boolean ended;
    /** What is queued goes out, then it is over. */
    private boolean closing;
    /** A message was completed since the clock was looked at. */
    private boolean progress;
    /** It sends as much as can be read at once, or less than a message: it is read again with those who had their share. */
    private boolean costly;

    /** Within {@link #ready}, at the end of which is sent what was queued. */
    private boolean busy;

    private Loop.@Nullable Alarm patience;

    /** What to do with messages. */
    interface Owner extends MessageReader.Receiver {
        /** Nothing can be read or written any more; why, if it was a fault. Comes once at most, and not after close. */
        void gone(@Nullable String fault);
    }

    /** Sends, without a look at what has come. */
    private final class Sender implements Loop.Handler {
        @Override
        public void ready() throws IOException {
            send();
        }

        @Override
        public void fail(Throwable reason) {
            Peer.this.fail(reason);
        }
    }

    /** {@code highMark}: from so many bytes on that it leaves unread, nothing is read from it either. */
    Peer(Loop loop, Duration messageTimeout, long highMark, Owner owner) {
        this.loop = loop;
        this.highMark = highMark;
        this.owner = owner;
        this.messageNanos = messageTimeout.toNanos();
        this.reader = new MessageReader(owner);
    }

    /** Begins. */
    void open(PeerChannel stream) {
        channel = stream;
    }

    // ---- the loop

    @Override
    public void ready() throws IOException {
        busy = true;
        try {
            int left = take(loop.share());
            costly = false;
            if (channel != null && left > 0 && !ended && !isBlocked() && channel.isReadable()) {
                int got = reader.fill(channel.source());
                ended = got < 0;
                boolean full = reader.isFull();
                boolean nothing = take(left) == left;
                costly = got > 0 && (full || nothing);
            }
        } finally {
            busy = false;
        }
        loop.serveTold();
        send();
    }

    private boolean isBlocked() {
        return closing || paused || throttled || output.isListing();
    }

    /** Takes so many messages at most, and returns how many less it were. */
    private int take(int most) throws IOException {
        int left = most;
        while (left > 0 && !isBlocked() && reader.next()) {
            progress = true;
            left--;
            throttled = output.bytes() > highMark;
        }
        return left;
    }

    /** Sends what there is, and sees what to wait for next. */
    private void send() throws IOException {
        if (channel == null) {
            return;
        }
        boolean sent = output.writeTo(channel.sink());
        throttled &= output.bytes() >= LOW_MARK;
        boolean more = !isBlocked() && (reader.hasMore() || costly);
        closing |= ended && !isBlocked() && !more;
        if (closing && sent) {
            end(null);
            return;
        }
        if (more) {
            loop.later(this);
        }
        watchTheClock();
        channel.interest(!ended && !more && !isBlocked(), !sent);
    }

    /** A message, once begun, is to come to its end; so is a connection that is being closed. */
    private void watchTheClock() {
        boolean inside = closing || (!isBlocked() && reader.isInside());
        if (patience != null && (!inside || progress)) {
            patience.cancel();
            patience = null;
        }
        if (inside && patience == null) {
            patience = loop.alarm(
                    messageNanos,
                    () -> end(closing ? "did not take its answers in time" : "did not finish its message in time"));
        }
        progress = false;
    }

    @Override
    public void fail(Throwable reason) {
        end(reason instanceof IOException ? null : reason.toString());
    }

    private void end(@Nullable String fault) {
        if (channel != null) {
            close();
            owner.gone(fault);
        }
    }

    // ---- the owner

    /** Gives everything up. Closing twice is safe. */
    void close() {
        closing = true;
        if (patience != null) {
            patience.cancel();
            patience = null;
        }
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }

    /** Sends what the other end takes at once, then gives everything up. */
    void drop() {
        try {
            if (channel != null) {
                output.writeTo(channel.sink());
            }
        } catch (IOException e) {
            // It has gone already.
        }
        close();
    }

    /** No more messages; what is queued goes out, if the other end takes it. */
    void finish() {
        closing = true;
        wake();
    }

    private void wake() {
        if (!busy) {
            loop.tell(sender);
        }
    }

    /** Whether messages are wanted. */
    void pause(boolean now) {
        if (paused != now) {
            paused = now;
            loop.again(this);
        }
    }

    boolean isClosing() {
        return closing;
    }

    /** What waits to be sent. */
    long unsent() {
        return output.bytes();
    }

    /** Queues a message without data. */
    void answer(MessageType type, String path) {
        send(type, path, NOTHING);
    }

    /** Queues a message. */
    void send(MessageType type, String path, byte[] data) {
        announce();
        output.add(type, path, data);
    }

    /** Queues a list, or as much of it as there is room for; the rest follows. */
    void send(OutputQueue.Messages list) {
        announce();
        output.add(list);
    }

    /** Queues a list as it is now. */
    void sendWhole(OutputQueue.Messages list) {
        announce();
        output.addWhole(list);
    }

    /** Queues the events of a change; false if there are too many, and the client is to be given up. */
    boolean tell(String path, int count) {
        announce();
        return output.addEvents(path, count);
    }

    /** See {@link OutputQueue#fence}. */
    void fence() {
        output.fence();
    }

    /** What is queued behind something is sent with it. */
    private void announce() {
        if (output.isEmpty()) {
            wake();
        }
    }
}
