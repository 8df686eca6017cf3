package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;
import org.qubestools.qubesdb.MessageCodec;

/** Makes messages of the bytes of a peer, however they come. Holds one message at most, and only if it is wanted. */
final class MessageReader {
    private static final byte[] NOTHING = new byte[0];

    private final Receiver receiver;
    private final ByteBuffer input = ByteBuffer.allocate(MessageCodec.HEADER_LENGTH + MessageCodec.MAX_SENT)
            .flip();

    /** The message whose data are still to come. */
    private MessageCodec.@Nullable Header header;

    private boolean skipping;
    /** Bytes of its data that are not there yet, or not dropped yet. */
    private long missing;

    /** What is to happen to the data of a message. */
    enum Reading {
        /** They are collected; at most {@link MessageCodec#MAX_VALUE}. */
        TAKE,
        /** They are dropped; the message is complete when they are. */
        SKIP,
        /** They are not waited for, the message counts as complete. Nothing can be read behind it. */
        LEAVE
    }

    /** Who gets the messages. */
    interface Receiver {
        /** A header has come. */
        Reading begin(MessageCodec.Header untrusted);

        /** A message is complete. */
        void complete(MessageCodec.Header untrusted, byte[] untrustedData) throws IOException;
    }

    MessageReader(Receiver receiver) {
        this.receiver = receiver;
    }

    /** Reads once; how many bytes, -1 at the end of the stream. */
    int fill(ReadableByteChannel channel) throws IOException {
        input.compact();
        try {
            return channel.read(input);
        } finally {
            input.flip();
        }
    }

    /** Whether there is no room for more. */
    boolean isFull() {
        return input.limit() == input.capacity();
    }

    /** Hands over the next message; false if it is not all there. */
    boolean next() throws IOException {
        if (header == null) {
            if (input.remaining() < MessageCodec.HEADER_LENGTH) {
                return false;
            }
            begin(MessageCodec.header(input));
        }
        MessageCodec.Header current = header;
        if (skipping) {
            int dropped = (int) Math.min(missing, input.remaining());
            input.position(input.position() + dropped);
            missing -= dropped;
        }
        if (current == null || missing > (skipping ? 0 : input.remaining())) {
            return false;
        }
        byte[] data = missing == 0 ? NOTHING : new byte[(int) missing];
        input.get(data);
        header = null;
        receiver.complete(current, data);
        return true;
    }

    private void begin(MessageCodec.Header next) {
        Reading reading = receiver.begin(next);
        header = next;
        skipping = reading != Reading.TAKE;
        missing = reading == Reading.LEAVE ? 0 : next.dataLength();
    }

    /** True if there is more to do before anything else is read. */
    boolean hasMore() {
        return header == null
                ? input.remaining() >= MessageCodec.HEADER_LENGTH
                : input.remaining() > 0 && (skipping || input.remaining() >= missing);
    }

    /** True within a message. */
    boolean isInside() {
        return header != null || input.hasRemaining();
    }
}
