package org.qubestools.backup.vm;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Builds the bytes of a file-copy stream, good or bad. */
final class CopyStream {
    static final int REGULAR = 0100644;
    static final int DIRECTORY = 0040755;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    CopyStream file(String name, byte[] content) {
        return entry(name, REGULAR, content.length).raw(content);
    }

    CopyStream file(String name, String content) {
        return file(name, ascii(content));
    }

    CopyStream directory(String name) {
        return entry(name, DIRECTORY, 0);
    }

    CopyStream entry(String name, int mode, long size) {
        byte[] text = (name + "\0").getBytes(StandardCharsets.ISO_8859_1);
        return header(text.length, mode, size).raw(text);
    }

    CopyStream header(int nameLength, int mode, long size) {
        return raw(ByteBuffer.allocate(EntryHeader.LENGTH)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(nameLength)
                .putInt(mode)
                .putLong(size)
                .putInt(1)
                .putInt(2)
                .putInt(3)
                .putInt(4)
                .array());
    }

    CopyStream end() {
        return raw(new byte[EntryHeader.LENGTH]);
    }

    CopyStream raw(byte[] more) {
        bytes.writeBytes(more);
        return this;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
