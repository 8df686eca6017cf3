package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.qubesdb.MessageCodec;
import org.qubestools.qubesdb.MessageType;

/**
 * One client. Reads a header, then its data, carries the request out, queues the answer; a client that does not take its
 * answers is not read from. Nothing here waits. For the thread of the loop.
 */
final class ClientConnection implements Loop.Handler {
    /** From so many unread bytes on, no more requests are taken; until it is less than a quarter. */
    private static final long HIGH_MARK = 256 << 10;

    private static final long LOW_MARK = HIGH_MARK / 4;
    /** Most watches of a client. */
    private static final int MOST_WATCHES = 10_000;

    private static final byte[] NOTHING = new byte[0];

    private final int number;
    private final DomainService service;
    private final SocketChannel channel;
    private final boolean readOnly;
    private final SelectionKey key;
    private final ByteBuffer input = ByteBuffer.allocate(MessageCodec.HEADER_LENGTH + MessageCodec.MAX_SENT);
    private final OutputQueue output = new OutputQueue();
    /** Paths as they came, oldest first. */
    private final List<String> watches = new ArrayList<>();

    /** The request whose data are still to come. */
    private @Nullable Request request;
    /** Bytes still to be dropped for it. */
    private int toSkip;

    private boolean throttled;
    private boolean closing;
    private Loop.@Nullable Alarm patience;

    /** Takes the channel over. */
    ClientConnection(int number, DomainService service, SocketChannel channel, boolean readOnly) throws IOException {
        this.number = number;
        this.service = service;
        this.channel = channel;
        this.readOnly = readOnly;
        this.key = service.loop().register(channel, SelectionKey.OP_READ, this);
    }

    // ---- the loop

    @Override
    public void ready() throws IOException {
        if (key.isReadable()) {
            receive();
        }
        send();
    }

    private void receive() throws IOException {
        int got = channel.read(input);
        while (got > 0) {
            takeRequests();
            got = input.position() == 0 && !throttled && !closing ? channel.read(input) : 0;
        }
        if (got < 0) {
            takeRequests();
            closing = true;
        }
    }

    /** Sends what there is, and sees what to wait for next. */
    private void send() throws IOException {
        boolean sent = output.writeTo(channel);
        if (throttled && output.bytes() < LOW_MARK) {
            throttled = false;
            takeRequests();
            sent = output.writeTo(channel);
        }
        if (closing && sent) {
            service.close(this);
            return;
        }
        watchTheClock();
        key.interestOps((throttled || closing ? 0 : SelectionKey.OP_READ) | (sent ? 0 : SelectionKey.OP_WRITE));
    }

    /** A message, once begun, is to come to its end; so is a connection that is being closed. */
    private void watchTheClock() {
        boolean inside = closing || (!throttled && (request != null || input.position() > 0));
        if (!inside && patience != null) {
            patience.cancel();
            patience = null;
        } else if (inside && patience == null) {
            patience = service.loop().alarm(service.options().messageTimeout().toNanos(), () -> {
                service.log("client " + number + " did not finish its message");
                service.close(this);
            });
        }
    }

    @Override
    public void fail(Throwable reason) {
        service.close(this);
    }

    /** Gives everything up. */
    void close() {
        if (patience != null) {
            patience.cancel();
            patience = null;
        }
        try {
            channel.close();
        } catch (IOException e) {
            // There is nobody to tell.
        }
    }

    /** No more requests; what is queued goes out, if the client takes it. */
    void finish() {
        closing = true;
        try {
            send();
        } catch (IOException e) {
            service.close(this);
        }
    }

    // ---- requests

    private void takeRequests() {
        input.flip();
        boolean more = true;
        while (more && !closing && !throttled) {
            more = request == null ? takeHeader() : takeData(request);
            throttled = output.bytes() > HIGH_MARK;
        }
        input.compact();
    }

    /** False if it is not all there. */
    private boolean takeHeader() {
        if (input.remaining() < MessageCodec.HEADER_LENGTH) {
            return false;
        }
        Request next = new Request(MessageCodec.header(input), readOnly);
        if (next.isRefused() && next.isEndless()) {
            refuse(next);
            closing = true;
            return false;
        }
        if (next.dataLength() > 0) {
            request = next;
            toSkip = next.isRefused() ? next.dataLength() : 0;
        } else {
            carryOut(next, NOTHING);
        }
        return true;
    }

    /** False if it is not all there. */
    private boolean takeData(Request current) {
        if (current.isRefused()) {
            int dropped = Math.min(toSkip, input.remaining());
            input.position(input.position() + dropped);
            toSkip -= dropped;
            if (toSkip > 0) {
                return false;
            }
            request = null;
            carryOut(current, NOTHING);
            return true;
        }
        if (input.remaining() < current.dataLength()) {
            return false;
        }
        byte[] data = new byte[current.dataLength()];
        input.get(data);
        request = null;
        carryOut(current, data);
        return true;
    }

    private void refuse(Request refused) {
        service.log("client " + number + ": refused " + refused);
        answer(MessageType.ERROR, refused.path());
    }

    private void answer(MessageType type, String path) {
        output.add(type, path, NOTHING);
    }

    private void carryOut(Request current, byte[] data) {
        if (current.isRefused()) {
            refuse(current);
            return;
        }
        String path = current.path();
        switch (current.type()) {
            case READ -> read(path);
            case WRITE -> write(current, data);
            case MULTIREAD -> list(MessageType.MULTIREAD_REPLY, path);
            case LIST -> list(MessageType.LIST_REPLY, path);
            case REMOVE -> remove(path);
            case WATCH -> watch(current);
            case UNWATCH -> unwatch(path);
            default -> refuse(current);
        }
    }

    private void read(String path) {
        byte[] value = service.store().get(path);
        if (value == null) {
            answer(MessageType.NOENT, path);
        } else {
            output.add(MessageType.READ_REPLY, path, value);
        }
    }

    private void write(Request current, byte[] value) {
        if (hasNul(value)) {
            refuse(current);
        } else if (current.isNoKey()) {
            refuse(current);
            closing = true;
        } else if (!service.store().put(current.path(), value)) {
            service.log("there are " + DomainStore.MAX_KEYS + " keys already");
            refuse(current);
        } else {
            answer(MessageType.OK, current.path());
            service.written(current.path(), value);
        }
    }

    private static boolean hasNul(byte[] value) {
        for (byte b : value) {
            if (b == 0) {
                return true;
            }
        }
        return false;
    }

    private void remove(String path) {
        DomainStore store = service.store();
        if (path.endsWith("/") ? store.removeAll(path) : store.remove(path)) {
            answer(MessageType.OK, path);
            service.removed(path);
        } else {
            answer(MessageType.NOENT, path);
        }
    }

    private void list(MessageType type, String prefix) {
        boolean values = type == MessageType.MULTIREAD_REPLY;
        Map<String, byte[]> entries = values && prefix.isEmpty()
                ? service.store().descending()
                : service.store().withPrefix(prefix);
        entries.forEach((path, value) -> output.add(type, path, values ? value : NOTHING));
        answer(type, "");
    }

    private void watch(Request current) {
        if (watches.size() >= MOST_WATCHES) {
            refuse(current);
        } else {
            watches.add(current.path());
            answer(MessageType.OK, current.path());
        }
    }

    private void unwatch(String path) {
        int at = watches.lastIndexOf(path);
        if (at >= 0) {
            watches.remove(at);
        }
        answer(at >= 0 ? MessageType.OK : MessageType.NOENT, path);
    }

    // ---- events

    /** Queues an event for each watch that this change concerns. */
    void changed(String path) {
        int concerned = 0;
        for (String watch : watches) {
            if (watch.endsWith("/") ? path.startsWith(watch) : path.equals(watch)) {
                concerned++;
            }
        }
        if (concerned == 0 || closing) {
            return;
        }
        if (output.addEvents(path, concerned)) {
            key.interestOpsOr(SelectionKey.OP_WRITE);
        } else {
            service.log("client " + number + " takes no events");
            service.close(this);
        }
    }
}
