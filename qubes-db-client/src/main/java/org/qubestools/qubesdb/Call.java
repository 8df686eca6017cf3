package org.qubestools.qubesdb;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A request that waits for its answer. Filled by whoever reads the connection, which may be who asked, by
 * {@link Connection#await}.
 */
final class Call {
    private static final int MAX_ENTRIES = 100_000;
    private static final long MAX_LIST_BYTES = 64L << 20;

    private final Message request;
    private final @Nullable Runnable agreed;
    private final List<Message> entries = new ArrayList<>(0);

    private long listBytes;
    private String last = "";
    private @Nullable Message answer;
    private @Nullable QubesDbException failure;
    /** True once there is an answer or a failure, which are written before. */
    private volatile boolean done;
    /** Who awaits it and may be asleep. */
    private volatile @Nullable Thread waiting;

    /** True if nothing of the request was sent. */
    private volatile boolean untouched;

    private boolean readOnly;

    /** {@code agreed} runs in the reader when the answer is OK, before anything behind it is read. */
    Call(Message request, @Nullable Runnable agreed) {
        this.request = request;
        this.agreed = agreed;
    }

    Call(Message request) {
        this(request, null);
    }

    Message request() {
        return request;
    }

    // ---- the reader's side

    /** Takes the next message of the answer; true if that was the last. */
    boolean accept(Message message) throws QubesDbProtocolException {
        boolean answered =
                switch (message.type()) {
                    case OK -> request.type() != MessageType.READ && !isList() && isOwn(message);
                    case NOENT -> mayBeMissing() && isOwn(message);
                    case ERROR -> entries.isEmpty() && isOwn(message);
                    case READ_REPLY -> request.type() == MessageType.READ && isOwn(message);
                    case LIST_REPLY -> request.type() == MessageType.LIST && !addEntry(message);
                    case MULTIREAD_REPLY -> request.type() == MessageType.MULTIREAD && !addEntry(message);
                    default -> false;
                };
        if (answered) {
            if (message.type() == MessageType.OK && agreed != null) {
                agreed.run();
            }
            answer = message;
            complete();
        } else if (!isEntry(message)) {
            throw new QubesDbProtocolException(message.type() + " is no answer to " + request.type());
        }
        return answered;
    }

    private boolean isList() {
        return request.type() == MessageType.LIST || request.type() == MessageType.MULTIREAD;
    }

    private boolean mayBeMissing() {
        return request.type() == MessageType.READ
                || request.type() == MessageType.REMOVE
                || request.type() == MessageType.UNWATCH;
    }

    private boolean isOwn(Message message) throws QubesDbProtocolException {
        if (!message.untrustedPath().equals(request.untrustedPath())) {
            throw new QubesDbProtocolException(
                    "the answer to " + request + " is of '" + SafePath.of(message.untrustedPath()) + "'");
        }
        return true;
    }

    private boolean isEntry(Message message) {
        return switch (request.type()) {
            case LIST -> message.type() == MessageType.LIST_REPLY;
            case MULTIREAD -> message.type() == MessageType.MULTIREAD_REPLY;
            default -> false;
        };
    }

    /** True if the message is an entry, false if it is the end mark. */
    private boolean addEntry(Message message) throws QubesDbProtocolException {
        String path = message.untrustedPath();
        if (path.isEmpty()) {
            if (message.dataLength() > 0) {
                throw new QubesDbProtocolException("the end of a list has data");
            }
            return false;
        }
        boolean key = path.startsWith("/") && !path.endsWith("/") && QubesDbPath.hasOnlyAllowed(path);
        if (!key || !path.startsWith(request.untrustedPath())) {
            throw new QubesDbProtocolException("'" + SafePath.of(path) + "' is no entry of the answer to " + request);
        }
        requireOrder(path);
        listBytes += MessageCodec.length(message);
        if (entries.size() == MAX_ENTRIES || listBytes > MAX_LIST_BYTES) {
            throw new QubesDbProtocolException(
                    "a list of more than " + MAX_ENTRIES + " entries or " + MAX_LIST_BYTES + " bytes is not taken");
        }
        entries.add(message);
        last = path;
        return true;
    }

    /** Ascending; all values of the database descending, as it is meant for the dump at the start of a VM. */
    private void requireOrder(String path) throws QubesDbProtocolException {
        boolean descending = request.type() == MessageType.MULTIREAD
                && request.untrustedPath().isEmpty();
        int order = path.compareTo(last);
        if (!entries.isEmpty() && (descending ? order >= 0 : order <= 0)) {
            throw new QubesDbProtocolException("a list is not in order at '" + SafePath.of(path) + "'");
        }
    }

    void fail(QubesDbException reason) {
        if (!done) {
            failure = reason;
            complete();
        }
    }

    private void complete() {
        done = true;
        wake();
    }

    /** Wakes who awaits it; false if nobody does. */
    boolean wake() {
        Thread sleeper = waiting;
        if (sleeper != null) {
            LockSupport.unpark(sleeper);
        }
        return sleeper != null;
    }

    // ---- the side of who asked

    /** To be said before the request is sent. */
    void sentTo(boolean readOnlySocket) {
        readOnly = readOnlySocket;
    }

    void markUntouched() {
        untouched = true;
    }

    /** Whether the request may be sent once more, on a new connection, if its own was lost before the answer. */
    boolean mayRepeat(QubesDbOptions options) {
        return untouched
                || switch (request.type()) {
                    case READ, LIST, MULTIREAD, WATCH -> options.repeatReads();
                    case WRITE -> options.repeatWrites();
                    default -> false;
                };
    }

    boolean isDone() {
        return done;
    }

    /** From here on this thread awaits it, or nobody does any more. */
    void awaitedBy(@Nullable Thread thread) {
        waiting = thread;
    }

    /** The last message of the answer; what made the call fail is thrown. Once it {@linkplain #isDone is done}. */
    Message answer() throws QubesDbException {
        if (failure != null) {
            throw failure;
        }
        if (answer == null) {
            throw new IllegalStateException("not awaited");
        }
        return answer;
    }

    /** The same, but ERROR is thrown too. */
    Message accepted() throws QubesDbException {
        Message last = answer();
        if (last.type() == MessageType.ERROR) {
            boolean changes = request.type() == MessageType.WRITE || request.type() == MessageType.REMOVE;
            throw new QubesDbRefusedException(request.type(), request.untrustedPath(), changes && readOnly);
        }
        return last;
    }

    /** Entries of a list, in the order of the answer. After {@link #answer}. */
    List<Message> entries() {
        return entries;
    }
}
