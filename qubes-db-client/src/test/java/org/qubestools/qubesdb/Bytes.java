package org.qubestools.qubesdb;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** Messages as bytes, those that no good daemon sends too. */
final class Bytes {
    private Bytes() {}

    /** A message of any type whose header tells the truth. */
    static byte[] message(int type, String path, String data) {
        return join(header(type, path, data.length()), data.getBytes(ISO_8859_1));
    }

    static byte[] message(MessageType type, String path, String data) {
        return message(type.number(), path, data);
    }

    static byte[] message(MessageType type, String path) {
        return message(type, path, "");
    }

    static byte[] event(String path) {
        return message(MessageType.EVENT, path);
    }

    /** A header alone; the rest of a path shorter than 64 bytes is zero. */
    static byte[] header(int type, String path, int length) {
        ByteBuffer header = ByteBuffer.allocate(72).order(ByteOrder.LITTLE_ENDIAN);
        header.put((byte) type).put(path.getBytes(ISO_8859_1));
        return header.putInt(68, length).array();
    }

    /** The same message with something in each byte that means nothing. */
    static byte[] littered(byte[] message) {
        byte[] littered = message.clone();
        int end = 1;
        while (littered[end] != 0) {
            end++;
        }
        Arrays.fill(littered, end + 1, 68, (byte) 0xa5);
        return littered;
    }

    static byte[] join(byte[]... parts) {
        return join(List.of(parts));
    }

    static byte[] join(List<byte[]> parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        parts.forEach(all::writeBytes);
        return all.toByteArray();
    }
}
