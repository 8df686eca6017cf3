package org.qubestools.qubesdb;

import static java.util.Objects.requireNonNull;

/**
 * One request or reply. What the field of the path can hold is all that is certain of the path; who needs more parses it
 * to a {@link QubesDbPath}.
 */
public final class Message {
    private static final byte[] NOTHING = new byte[0];

    private final MessageType type;
    private final String path;
    private final byte[] data;

    private Message(MessageType type, String path, byte[] data) {
        this.type = requireNonNull(type);
        this.path = path;
        this.data = data;
    }

    /** A message without data; see {@link #of(MessageType, String, byte[])}. */
    public static Message of(MessageType type, String path) {
        return of(type, path, NOTHING);
    }

    /**
     * A message.
     *
     * @param path 0 to 63 bytes as characters up to 255, no NUL
     * @param data at most {@link MessageCodec#MAX_SENT}; copied
     */
    public static Message of(MessageType type, String path, byte[] data) {
        if (path.length() > MessageCodec.MAX_PATH) {
            throw new IllegalArgumentException(
                    "a path has at most " + MessageCodec.MAX_PATH + " bytes, this one " + path.length());
        }
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) == 0 || path.charAt(i) > 0xff) {
                throw new IllegalArgumentException("a path has bytes from 1 to 255 only");
            }
        }
        if (data.length > MessageCodec.MAX_SENT) {
            throw new IllegalArgumentException(
                    "a value has at most " + MessageCodec.MAX_VALUE + " bytes, this one " + data.length);
        }
        return new Message(type, path, data.length == 0 ? NOTHING : data.clone());
    }

    /** As received: within the limits already. Takes the array over. */
    static Message received(MessageType type, String path, byte[] data) {
        return new Message(type, path, data);
    }

    public MessageType type() {
        return type;
    }

    /** Bytes of the path as characters 1 to 255; empty in the end mark of a list. */
    public String untrustedPath() {
        return path;
    }

    /** A copy. */
    public byte[] untrustedData() {
        return data.length == 0 ? NOTHING : data.clone();
    }

    /** The array itself, for this package. */
    byte[] data() {
        return data;
    }

    public int dataLength() {
        return data.length;
    }

    @Override
    public String toString() {
        return type + " " + SafePath.of(path) + " (" + data.length + " bytes)";
    }
}
