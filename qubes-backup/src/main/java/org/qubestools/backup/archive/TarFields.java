package org.qubestools.backup.archive;

import java.nio.charset.StandardCharsets;

/** Fills the fields of a header block; the counterpart of {@link TarBlock}. */
final class TarFields {
    private final byte[] block = new byte[TarBlock.SIZE];

    /** Text from its first byte, as much as fits into {@code length} bytes. */
    TarFields text(int offset, int length, byte[] text) {
        System.arraycopy(text, 0, block, offset, Math.min(length, text.length));
        return this;
    }

    TarFields text(int offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return text(offset, bytes.length, bytes);
    }

    TarFields type(char type) {
        block[156] = (byte) type;
        return this;
    }

    /** Octal digits and a NUL; base-256 (GNU) for what does not fit or is negative. */
    TarFields number(int offset, int length, long value) {
        int bits = 3 * (length - 1);
        if (value < 0 || (bits < 63 && value >>> bits != 0)) {
            long rest = value;
            for (int i = offset + length - 1; i > offset; i--) {
                block[i] = (byte) rest;
                rest >>= 8;
            }
            block[offset] = (byte) (value < 0 ? 0xff : 0x80);
            return this;
        }
        long rest = value;
        for (int i = offset + length - 2; i >= offset; i--) {
            block[i] = (byte) ('0' + (rest & 7));
            rest >>>= 3;
        }
        return this;
    }

    TarFields flag(int offset, boolean set) {
        block[offset] = (byte) (set ? 1 : 0);
        return this;
    }

    /** The block with its checksum. */
    byte[] sealed() {
        for (int i = 148; i < 156; i++) {
            block[i] = ' ';
        }
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        number(148, 7, sum);
        return block.clone();
    }

    /** The block without one, for blocks that are no header. */
    byte[] bare() {
        return block.clone();
    }
}
