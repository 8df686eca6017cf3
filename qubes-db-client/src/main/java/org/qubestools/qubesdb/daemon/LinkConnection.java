package org.qubestools.qubesdb.daemon;

import org.jspecify.annotations.Nullable;
import org.qubestools.qubesdb.MessageCodec;
import org.qubestools.qubesdb.MessageType;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.SafePath;

/**
 * One connection with the daemon of the other side. All that comes is untrusted: whatever is against the rules ends this
 * connection, and only it. For the thread of the loop.
 */
final class LinkConnection implements Peer.Owner {
    /** Most bytes of changes and answers that the other side leaves unread, beside the content it asked for. */
    static final long MOST_UNSENT = 4 << 20;

    /** It is read from however little it reads: else both could wait for each other to read. */
    private static final long NO_HIGH_MARK = Long.MAX_VALUE;

    private static final byte[] NOTHING = new byte[0];

    private final DomainService service;
    private final LinkKeeper keeper;
    private final boolean inDomain;
    private final Peer peer;
    private final Unanswered unanswered = new Unanswered();
    private LinkState state = LinkState.CONNECTED;
    private @Nullable String fault;
    private long dumpBytes;
    private int dumpEntries;
    private boolean refusalLogged;

    /**
     * A connection.
     *
     * @param inDomain true for the side that asks for the content, false for the one that has it
     */
    LinkConnection(DomainService service, LinkKeeper keeper, boolean inDomain) {
        this.service = service;
        this.keeper = keeper;
        this.inDomain = inDomain;
        this.peer = new Peer(service.loop(), service.options().messageTimeout(), NO_HIGH_MARK, this);
    }

    Peer peer() {
        return peer;
    }

    LinkState state() {
        return state;
    }

    /** Begins. */
    void open(PeerChannel stream) {
        peer.open(stream);
        if (inDomain) {
            peer.send(MessageType.MULTIREAD, "", NOTHING);
        }
    }

    @Override
    public void gone(@Nullable String reason) {
        keeper.lost(this, reason);
    }

    private void drop(String reason) {
        peer.drop();
        keeper.lost(this, reason);
    }

    // ---- what comes

    @Override
    public MessageReader.Reading begin(MessageCodec.Header untrusted) {
        fault = fault(untrusted);
        return fault == null ? MessageReader.Reading.TAKE : MessageReader.Reading.LEAVE;
    }

    /** What the reference daemon ends for, without an answer; null if there is nothing like that. */
    private @Nullable String fault(MessageCodec.Header untrusted) {
        MessageType type = MessageType.of(untrusted.type()).orElse(MessageType.EVENT);
        String path = untrusted.path();
        boolean known =
                switch (type) {
                    case WRITE, REMOVE, MULTIREAD, OK, ERROR -> true;
                    case MULTIREAD_REPLY -> inDomain && state == LinkState.CONNECTED;
                    case READ, LIST, WATCH, UNWATCH, NOENT, READ_REPLY, LIST_REPLY, EVENT -> false;
                };
        if (!known) {
            return "sent a message of type " + untrusted.type();
        }
        if (!untrusted.terminated() || path.startsWith("-") || !QubesDbPath.hasOnlyAllowed(path)) {
            return "sent the path '" + SafePath.of(path) + "'";
        }
        if (untrusted.dataLength() > MessageCodec.MAX_VALUE) {
            return "announced a value of " + untrusted.dataLength() + " bytes";
        }
        boolean answer = type == MessageType.OK || type == MessageType.ERROR;
        return answer && untrusted.dataLength() > 0 ? "sent an answer with data" : null;
    }

    @Override
    public void complete(MessageCodec.Header untrusted, byte[] untrustedData) {
        if (fault != null) {
            drop(fault);
            return;
        }
        MessageType type = MessageType.of(untrusted.type()).orElse(MessageType.EVENT);
        String path = untrusted.path();
        switch (type) {
            case WRITE -> write(path, untrustedData);
            case REMOVE -> remove(path, untrustedData);
            case MULTIREAD -> dump(path, untrustedData);
            case MULTIREAD_REPLY -> entry(path, untrustedData);
            case ERROR -> refused(path);
            default -> unanswered.answered(path);
        }
        requireTaken("does not take its answers");
    }

    private void requireTaken(String reason) {
        if (peer.unsent() > dumpBytes + MOST_UNSENT) {
            drop(reason);
        }
    }

    /**
     * A change of ours. The first is worth a line: they may come without end. Or our question for the content: over a port
     * that tells nobody who has gone, the other side may have given it to the one before us.
     */
    private void refused(String path) {
        unanswered.answered(path);
        if (inDomain && path.isEmpty()) {
            drop("does not give its content");
        } else if (!refusalLogged) {
            refusalLogged = true;
            service.log("the other side of the link refused a change of '" + SafePath.of(path) + "'");
        }
    }

    private void write(String path, byte[] untrustedValue) {
        if (Request.hasNul(untrustedValue)) {
            peer.answer(MessageType.ERROR, path);
        } else if (Request.isNoKey(path)) {
            peer.answer(MessageType.ERROR, path);
            drop("wrote to '" + SafePath.of(path) + "'");
        } else if (service.store().put(path, untrustedValue)) {
            peer.answer(MessageType.OK, path);
            service.changed(path);
        } else {
            peer.answer(MessageType.ERROR, path);
        }
    }

    /** What is not there cannot be removed, but both sides may have done it at the same time. */
    private void remove(String path, byte[] untrustedData) {
        if (untrustedData.length > 0) {
            peer.answer(MessageType.ERROR, path);
        } else if (service.store().removePath(path)) {
            peer.answer(MessageType.OK, path);
            service.changed(path);
        } else if (unanswered.mayHaveRemoved(path)) {
            peer.answer(MessageType.OK, path);
        } else {
            peer.answer(MessageType.NOENT, path);
            drop("removed '" + SafePath.of(path) + "', which is not there");
        }
    }

    /** The other side asks for everything, once. */
    private void dump(String path, byte[] untrustedData) {
        if (!inDomain && untrustedData.length > 0) {
            peer.answer(MessageType.ERROR, path);
        } else if (inDomain || state == LinkState.SYNCED || !path.isEmpty()) {
            peer.answer(MessageType.ERROR, path);
            drop("asked for the content, which it has or is not to have");
        } else {
            // At once: what changes from now on is sent behind it, and must fit to it.
            peer.sendWhole(new StoreList(service.store(), MessageType.MULTIREAD_REPLY, ""));
            dumpBytes = peer.unsent();
            synced();
        }
    }

    /** One entry of the content that was asked for, or its end. */
    private void entry(String path, byte[] untrustedValue) {
        dumpEntries++;
        if (path.isEmpty() && untrustedValue.length == 0) {
            synced();
        } else if (Request.isNoKey(path) || Request.hasNul(untrustedValue) || dumpEntries > DomainStore.MAX_KEYS) {
            drop("sent content that cannot be: '" + SafePath.of(path) + "'");
        } else if (service.store().put(path, untrustedValue)) {
            service.changed(path);
        } else {
            drop("sent more content than there is room for");
        }
    }

    private void synced() {
        state = LinkState.SYNCED;
        keeper.synced();
    }

    // ---- what goes

    /** A client here has made a change. Before the other side has the content, this will be part of that. */
    void forward(MessageType type, String path, byte[] value) {
        if (state != LinkState.SYNCED) {
            return;
        }
        peer.send(type, path, value);
        unanswered.add(path, type == MessageType.REMOVE);
        requireTaken("does not take what is changed here");
    }
}
