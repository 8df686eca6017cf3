package org.qubestools.backup.archive;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One header block of a tar archive, untrusted: fields by offset as in POSIX ustar and old GNU tar.
 *
 * <p>Numbers are octal digits, or base-256 when the first bit is set (GNU).
 */
final class TarBlock {
    static final int SIZE = 512;
    static final int NAME_LENGTH = 100;

    private static final String MAGIC = "ustar";
    private static final int CHECKSUM_AT = 148;
    private static final int CHECKSUM_LENGTH = 8;
    private static final int TYPE_AT = 156;
    private static final int LINK_AT = 157;
    private static final int MAGIC_AT = 257;
    private static final int PREFIX_AT = 345;
    private static final int PREFIX_LENGTH = 155;

    private final byte[] bytes;

    TarBlock(byte[] bytes) {
        this.bytes = bytes;
    }

    byte[] bytes() {
        return bytes;
    }

    static boolean isZero(byte[] block, int length) {
        for (int i = 0; i < length; i++) {
            if (block[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** True if the checksum, of unsigned or signed bytes, is right. */
    boolean hasChecksum() {
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < SIZE; i++) {
            boolean inField = i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_LENGTH;
            int value = inField ? ' ' : bytes[i];
            signed += value;
            unsigned += value & 0xff;
        }
        try {
            long stored = number(CHECKSUM_AT, CHECKSUM_LENGTH);
            return stored == unsigned || stored == signed;
        } catch (DamagedArchive e) {
            return false;
        }
    }

    /** True if the magic of any tar dialect is in place. */
    boolean hasMagic() {
        return new String(bytes, MAGIC_AT, MAGIC.length(), StandardCharsets.ISO_8859_1).equals(MAGIC);
    }

    /** True if this was a header once: its magic is there but for one letter at most. */
    boolean isNearlyHeader() {
        int right = 0;
        for (int i = 0; i < MAGIC.length(); i++) {
            right += bytes[MAGIC_AT + i] == MAGIC.charAt(i) ? 1 : 0;
        }
        return right >= MAGIC.length() - 1;
    }

    /** True if the first {@code length} bytes of a block can be those of a header: a name, NULs, octal digits. */
    static boolean canBeCutHeader(byte[] block, int length) {
        int at = 0;
        while (at < Math.min(length, NAME_LENGTH) && block[at] > ' ' && block[at] < 0x7f) {
            at++;
        }
        boolean can = at > 0;
        for (; can && at < Math.min(length, TYPE_AT); at++) {
            boolean inName = at < NAME_LENGTH;
            can = block[at] == 0 || (!inName && (block[at] == ' ' || (block[at] >= '0' && block[at] <= '7')));
        }
        return can;
    }

    /** True for POSIX ustar, where a name has a prefix field. */
    private boolean isPosix() {
        return hasMagic() && bytes[MAGIC_AT + 5] == 0;
    }

    char type() {
        return (char) (bytes[TYPE_AT] & 0xff);
    }

    /** The name in the header, with the prefix of POSIX ustar. */
    byte[] name() {
        byte[] name = text(0, NAME_LENGTH);
        if (!isPosix() || bytes[PREFIX_AT] == 0) {
            return name;
        }
        byte[] prefix = text(PREFIX_AT, PREFIX_LENGTH);
        byte[] full = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
        full[prefix.length] = '/';
        System.arraycopy(name, 0, full, prefix.length + 1, name.length);
        return full;
    }

    byte[] linkName() {
        return text(LINK_AT, NAME_LENGTH);
    }

    private byte[] text(int offset, int length) {
        int end = offset;
        while (end < offset + length && bytes[end] != 0) {
            end++;
        }
        return Arrays.copyOfRange(bytes, offset, end);
    }

    long mode() throws DamagedArchive {
        return number(100, 8);
    }

    long size() throws DamagedArchive {
        long size = number(124, 12);
        if (size < 0) {
            throw new DamagedArchive("a negative size");
        }
        return size;
    }

    long mtime() throws DamagedArchive {
        return number(136, 12);
    }

    /** The number in a field; an empty field is 0. */
    long number(int offset, int length) throws DamagedArchive {
        return (bytes[offset] & 0x80) != 0 ? base256(offset, length) : octal(offset, length);
    }

    private long base256(int offset, int length) throws DamagedArchive {
        boolean negative = bytes[offset] == (byte) 0xff;
        if (!negative && bytes[offset] != (byte) 0x80) {
            throw new DamagedArchive("a number that is too large");
        }
        long value = negative ? -1 : 0;
        for (int i = offset + 1; i < offset + length; i++) {
            if (i < offset + length - 8 && bytes[i] != (negative ? (byte) 0xff : 0)) {
                throw new DamagedArchive("a number that is too large");
            }
            value = (value << 8) | (bytes[i] & 0xff);
        }
        if (value < 0 != negative) {
            throw new DamagedArchive("a number that is too large");
        }
        return value;
    }

    private long octal(int offset, int length) throws DamagedArchive {
        int at = offset;
        int end = offset + length;
        while (at < end && bytes[at] == ' ') {
            at++;
        }
        long value = 0;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '7') {
            value = (value << 3) + bytes[at] - '0';
            at++;
        }
        while (at < end) {
            if (bytes[at] != 0 && bytes[at] != ' ') {
                throw new DamagedArchive("a number that is none");
            }
            at++;
        }
        return value;
    }
}
