package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.qubestools.qubesdb.MessageCodec;
import org.qubestools.qubesdb.MessageType;

/** One client: carries its requests out. For the thread of the loop. */
final class ClientConnection implements Peer.Owner {
    /** Most watches of a client. */
    static final int MOST_WATCHES = 10_000;

    private final int number;
    private final DomainService service;
    private final boolean readOnly;
    private final Peer peer;
    private int watches;
    private @Nullable Request request;

    /** A client with a number for the log. */
    ClientConnection(int number, DomainService service, boolean readOnly) {
        this.number = number;
        this.service = service;
        this.readOnly = readOnly;
        this.peer = new Peer(service.loop(), service.options().messageTimeout(), OutputQueue.HIGH_MARK, this);
    }

    /** Takes the channel over, if it does not fail. */
    void open(SocketChannel channel) throws IOException {
        peer.open(PeerChannel.of(channel, service.loop(), peer));
    }

    Peer peer() {
        return peer;
    }

    @Override
    public void gone(@Nullable String fault) {
        if (fault != null) {
            service.log("client " + number + " " + fault);
        }
        service.close(this);
    }

    // ---- requests

    @Override
    public MessageReader.Reading begin(MessageCodec.Header untrusted) {
        Request next = new Request(untrusted, readOnly);
        request = next;
        if (!next.isRefused()) {
            return MessageReader.Reading.TAKE;
        }
        return next.isEndless() ? MessageReader.Reading.LEAVE : MessageReader.Reading.SKIP;
    }

    @Override
    public void complete(MessageCodec.Header untrusted, byte[] untrustedData) {
        Request current = request == null ? new Request(untrusted, readOnly) : request;
        request = null;
        if (current.isRefused()) {
            refuse(current);
            if (current.isEndless()) {
                peer.finish();
            }
        } else {
            carryOut(current, untrustedData);
        }
    }

    private void refuse(Request refused) {
        service.log("client " + number + ": refused " + refused);
        peer.answer(MessageType.ERROR, refused.path());
    }

    private void carryOut(Request current, byte[] data) {
        String path = current.path();
        switch (current.type()) {
            case READ -> read(path);
            case WRITE -> write(current, data);
            case MULTIREAD -> peer.send(new StoreList(service.store(), MessageType.MULTIREAD_REPLY, path));
            case LIST -> peer.send(new StoreList(service.store(), MessageType.LIST_REPLY, path));
            case REMOVE -> remove(path);
            case WATCH -> watch(current);
            case UNWATCH -> unwatch(path);
            default -> refuse(current);
        }
    }

    private void read(String path) {
        byte[] value = service.store().get(path);
        if (value == null) {
            peer.answer(MessageType.NOENT, path);
        } else {
            peer.send(MessageType.READ_REPLY, path, value);
        }
    }

    private void write(Request current, byte[] value) {
        if (Request.hasNul(value)) {
            refuse(current);
        } else if (current.isNoKey()) {
            refuse(current);
            peer.finish();
        } else if (!service.store().put(current.path(), value)) {
            service.log("there is no room for more keys");
            refuse(current);
        } else {
            peer.answer(MessageType.OK, current.path());
            service.written(current.path(), value);
        }
    }

    private void remove(String path) {
        if (service.store().removePath(path)) {
            peer.answer(MessageType.OK, path);
            service.removed(path);
        } else {
            peer.answer(MessageType.NOENT, path);
        }
    }

    private void watch(Request current) {
        if (watches >= MOST_WATCHES) {
            refuse(current);
        } else {
            watches++;
            service.watches().add(this, current.path());
            peer.fence();
            peer.answer(MessageType.OK, current.path());
        }
    }

    private void unwatch(String path) {
        boolean found = service.watches().remove(this, path);
        watches -= found ? 1 : 0;
        peer.answer(found ? MessageType.OK : MessageType.NOENT, path);
    }

    // ---- events

    /** Something has changed that so many watches of this client are for. */
    void changed(String path, int concerned) {
        if (!peer.isClosing() && !peer.tell(path, concerned)) {
            service.log("client " + number + " takes no events");
            service.close(this);
        }
    }
}
