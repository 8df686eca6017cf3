package org.qubestools.qubesdb.daemon;

import org.qubestools.qubesdb.MessageCodec;
import org.qubestools.qubesdb.MessageType;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.SafePath;

/**
 * The header of a request of a client, and what is wrong with it. Rules of the reference daemon 4.3.3, without those by
 * which it ends, hangs or takes data for a request.
 */
final class Request {
    /** Data longer than that are not waited for. */
    private static final int MOST_SKIPPED = 64 << 10;

    private final MessageCodec.Header header;
    private final boolean refused;

    Request(MessageCodec.Header header, boolean readOnly) {
        this.header = header;
        this.refused = isRefused(header, readOnly);
    }

    private static boolean isRefused(MessageCodec.Header header, boolean readOnly) {
        MessageType type = MessageType.of(header.type()).orElse(MessageType.ERROR);
        boolean changes = type == MessageType.WRITE || type == MessageType.REMOVE;
        return !type.isRequest()
                || !header.terminated()
                || header.path().startsWith("-")
                || !QubesDbPath.hasOnlyAllowed(header.path())
                || header.dataLength() > (type == MessageType.WRITE ? MessageCodec.MAX_VALUE : 0)
                || (readOnly && changes);
    }

    /** True if it gets ERROR whatever its data are, which are dropped. */
    boolean isRefused() {
        return refused;
    }

    /** True if its data are so long that the connection ends instead. */
    boolean isEndless() {
        return header.dataLength() > MOST_SKIPPED;
    }

    /** Of one that is not refused: the type of a request. */
    MessageType type() {
        return MessageType.of(header.type()).orElse(MessageType.ERROR);
    }

    String path() {
        return header.path();
    }

    /** True if a key cannot be called that. A client that writes to it is hung up on, as the reference does. */
    boolean isNoKey() {
        return isNoKey(path());
    }

    /** True if a key cannot be called that, whatever characters it has. */
    static boolean isNoKey(String path) {
        return !path.startsWith("/") || path.endsWith("/");
    }

    /** True if no value can be that. */
    static boolean hasNul(byte[] value) {
        for (byte b : value) {
            if (b == 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return header.type() + " of '" + SafePath.of(path()) + "' with " + header.dataLength() + " bytes";
    }
}
