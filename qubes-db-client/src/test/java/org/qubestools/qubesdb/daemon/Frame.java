package org.qubestools.qubesdb.daemon;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.qubestools.qubesdb.MessageType;

/**
 * A message as it is on the wire, made and read here without the code that is under test.
 *
 * @param type its number
 * @param path characters up to 255
 * @param data characters up to 255
 */
record Frame(int type, String path, String data) {
    static final int HEADER = 72;

    static Frame of(MessageType type, String path) {
        return of(type, path, "");
    }

    static Frame of(MessageType type, String path, String data) {
        return new Frame(type.number(), path, data);
    }

    static Frame read(String path) {
        return of(MessageType.READ, path);
    }

    static Frame write(String path, String value) {
        return of(MessageType.WRITE, path, value);
    }

    static Frame ok(String path) {
        return of(MessageType.OK, path);
    }

    static Frame noent(String path) {
        return of(MessageType.NOENT, path);
    }

    static Frame error(String path) {
        return of(MessageType.ERROR, path);
    }

    static Frame event(String path) {
        return of(MessageType.EVENT, path);
    }

    static Frame value(String path, String value) {
        return of(MessageType.READ_REPLY, path, value);
    }

    static Frame entry(String path, String value) {
        return of(MessageType.MULTIREAD_REPLY, path, value);
    }

    byte[] bytes() {
        byte[] content = data.getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocate(HEADER + content.length)
                .put(header(type, path, content.length))
                .put(content)
                .array();
    }

    /** Several, one behind the other. */
    static byte[] bytes(Frame... frames) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Frame frame : frames) {
            all.writeBytes(frame.bytes());
        }
        return all.toByteArray();
    }

    /** A header that announces what need not come; up to 64 bytes of path. */
    static byte[] header(int type, String path, long length) {
        ByteBuffer buffer = ByteBuffer.allocate(HEADER).order(ByteOrder.nativeOrder());
        buffer.put((byte) type).put(path.getBytes(StandardCharsets.ISO_8859_1));
        return buffer.putInt(68, (int) length).array();
    }
}
