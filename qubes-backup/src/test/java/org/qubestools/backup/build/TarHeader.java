package org.qubestools.backup.build;

import java.nio.charset.StandardCharsets;

/** A header block of a tar archive, sound unless told otherwise. */
public final class TarHeader {
    public static final int SIZE = 512;

    private final byte[] block = new byte[SIZE];

    private TarHeader() {}

    /** As GNU tar writes them into inner archives. */
    public static TarHeader gnu(String name) {
        return new TarHeader().start(name).text(257, "ustar  \0");
    }

    /** As POSIX has it, for outer archives and pax. */
    public static TarHeader ustar(String name) {
        return new TarHeader().start(name).text(257, "ustar\00000");
    }

    /** The continuation of a member in another volume: without magic, owner and times. */
    public static TarHeader continuation(String name, long offset, long rest) {
        return new TarHeader()
                .text(0, cut(name))
                .type('M')
                .octal(124, 12, rest)
                .octal(369, 12, offset)
                .sealed();
    }

    private static String cut(String name) {
        return name.substring(0, Math.min(100, name.length()));
    }

    private TarHeader start(String name) {
        return text(0, cut(name))
                .octal(100, 8, 0600)
                .octal(108, 8, 0)
                .octal(116, 8, 0)
                .octal(124, 12, 0)
                .octal(136, 12, 1_400_000_000L)
                .type('0');
    }

    public TarHeader type(char type) {
        block[156] = (byte) type;
        return sealed();
    }

    public TarHeader size(long size) {
        return size < 1L << 33 ? octal(124, 12, size) : base256(124, 12, size);
    }

    public TarHeader mode(int mode) {
        return octal(100, 8, mode);
    }

    public TarHeader mtime(long mtime) {
        return mtime >= 0 && mtime < 1L << 33 ? octal(136, 12, mtime) : base256(136, 12, mtime);
    }

    public TarHeader link(String target) {
        return text(157, cut(target));
    }

    public TarHeader octal(int offset, int length, long value) {
        String digits = Long.toOctalString(value);
        return text(offset, "0".repeat(length - 1 - digits.length()) + digits + "\0");
    }

    public TarHeader base256(int offset, int length, long value) {
        long rest = value;
        for (int i = length - 1; i > 0; i--) {
            block[offset + i] = (byte) rest;
            rest >>= 8;
        }
        block[offset] = (byte) (value < 0 ? 0xff : 0x80);
        return sealed();
    }

    public TarHeader text(int offset, String text) {
        return bytes(offset, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public TarHeader bytes(int offset, byte... bytes) {
        System.arraycopy(bytes, 0, block, offset, bytes.length);
        return sealed();
    }

    private TarHeader sealed() {
        return checksum(0);
    }

    /** A checksum that is wrong by {@code error}. */
    public TarHeader checksum(int error) {
        int sum = error;
        for (int i = 0; i < SIZE; i++) {
            sum += i >= 148 && i < 156 ? ' ' : block[i] & 0xff;
        }
        String digits = Integer.toOctalString(sum);
        byte[] field = ("0".repeat(6 - digits.length()) + digits + "\0 ").getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(field, 0, block, 148, field.length);
        return this;
    }

    public byte[] bytes() {
        return block.clone();
    }
}
