package org.qubestools.qubesdb;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Bytes of a daemon to messages, whatever pieces they come in; refuses what no daemon may send. */
final class ReplyParser {
    private static final byte[] NOTHING = new byte[0];

    private MessageCodec.@Nullable Header header;

    /** Room that a buffer needs for one message. */
    static final int LONGEST = MessageCodec.HEADER_LENGTH + MessageCodec.MAX_VALUE;

    /** The next message if all of it is there, else null; what is complete is consumed. */
    @Nullable
    Message next(ByteBuffer untrusted) throws QubesDbProtocolException {
        MessageCodec.Header current = header;
        if (current == null) {
            if (untrusted.remaining() < MessageCodec.HEADER_LENGTH) {
                return null;
            }
            current = MessageCodec.header(untrusted);
            check(current);
            header = current;
        }
        int length = (int) current.dataLength();
        if (untrusted.remaining() < length) {
            return null;
        }
        header = null;
        byte[] data = length == 0 ? NOTHING : new byte[length];
        untrusted.get(data);
        for (byte b : data) {
            if (b == 0) {
                throw new QubesDbProtocolException("a value has a NUL");
            }
        }
        return Message.received(type(current), current.path(), data);
    }

    /** True if part of a message was consumed. */
    boolean isInside() {
        return header != null;
    }

    private static MessageType type(MessageCodec.Header header) throws QubesDbProtocolException {
        MessageType type = MessageType.of(header.type()).orElse(null);
        if (type == null) {
            throw new QubesDbProtocolException("there is no message of type " + header.type());
        }
        if (type.isRequest()) {
            throw new QubesDbProtocolException(type + " is no answer");
        }
        return type;
    }

    private static void check(MessageCodec.Header header) throws QubesDbProtocolException {
        MessageType type = type(header);
        if (!header.terminated()) {
            throw new QubesDbProtocolException("a path has more than " + MessageCodec.MAX_PATH + " bytes");
        }
        boolean hasValue = type == MessageType.READ_REPLY || type == MessageType.MULTIREAD_REPLY;
        long limit = hasValue ? MessageCodec.MAX_VALUE : 0;
        if (header.dataLength() > limit) {
            throw new QubesDbProtocolException(
                    type + " announces " + header.dataLength() + " bytes, at most " + limit + " are allowed");
        }
        if (type == MessageType.EVENT
                && !(header.path().startsWith("/") && QubesDbPath.hasOnlyAllowed(header.path()))) {
            throw new QubesDbProtocolException("an event is of '" + SafePath.of(header.path()) + "', which is no path");
        }
    }
}
