package org.qubestools.qubesdb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The frame of a message: a header of 72 bytes - type, 64 bytes of path with a NUL inside, 3 bytes of padding, the length
 * of the data in the byte order of the host - and the data. Bytes behind the NUL and the padding mean nothing: they are
 * never looked at, and sent as zeros.
 */
public final class MessageCodec {
    /** Bytes of a header. */
    public static final int HEADER_LENGTH = 72;
    /** Longest path, in bytes. */
    public static final int MAX_PATH = 63;
    /** Longest value that a daemon takes or has, in bytes. */
    public static final int MAX_VALUE = 3071;
    /** Longest value that is sent to a daemon, which refuses it: the limit of the original's client. */
    public static final int MAX_SENT = 3072;

    private static final int PATH_AT = 1;
    private static final int LENGTH_AT = 68;

    private MessageCodec() {}

    /**
     * A header as it came.
     *
     * @param type 0 to 255
     * @param path the bytes up to the first NUL, or the first 63 if there is none
     * @param terminated whether there is a NUL
     * @param dataLength what is announced, 0 to 2^32 - 1
     */
    public record Header(int type, String path, boolean terminated, long dataLength) {}

    /** The header in the next 72 bytes, which are consumed. */
    public static Header header(ByteBuffer untrusted) {
        byte[] bytes = new byte[HEADER_LENGTH];
        untrusted.get(bytes);
        int end = PATH_AT;
        while (end <= PATH_AT + MAX_PATH && bytes[end] != 0) {
            end++;
        }
        boolean terminated = end <= PATH_AT + MAX_PATH;
        int length = Math.min(end - PATH_AT, MAX_PATH);
        String path = new String(bytes, PATH_AT, length, StandardCharsets.ISO_8859_1);
        int data = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt(LENGTH_AT);
        return new Header(bytes[0] & 0xff, path, terminated, Integer.toUnsignedLong(data));
    }

    /** Bytes of a message on the wire. */
    public static int length(Message message) {
        return HEADER_LENGTH + message.dataLength();
    }

    /** Appends a message; the buffer has room for {@link #length}. */
    public static void put(Message message, ByteBuffer target) {
        put(message.type(), message.untrustedPath(), message.data(), target);
    }

    /** Appends a message of these parts, which are within the limits of {@link Message}. */
    public static void put(MessageType type, String path, byte[] data, ByteBuffer target) {
        byte[] header = new byte[HEADER_LENGTH];
        header[0] = (byte) type.number();
        for (int i = 0; i < path.length(); i++) {
            header[PATH_AT + i] = (byte) path.charAt(i);
        }
        ByteBuffer.wrap(header).order(ByteOrder.nativeOrder()).putInt(LENGTH_AT, data.length);
        target.put(header).put(data);
    }
}
