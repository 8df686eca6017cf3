package org.qubestools.backup.build;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** An inner archive, entry by entry. */
public final class InnerTar {
    private static final int RECORD = 10240;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** The archive of one file. */
    public static byte[] of(String path, byte[] content) {
        return new InnerTar().file(path, content).end();
    }

    public InnerTar file(String path, byte[] content) {
        return longName(path).raw(TarHeader.gnu(path).size(content.length)).data(content);
    }

    public InnerTar directory(String path) {
        return longName(path).raw(TarHeader.gnu(path).type('5').mode(0700));
    }

    public InnerTar symlink(String path, String target) {
        return longName(path).raw(TarHeader.gnu(path).type('2').mode(0777).link(target));
    }

    public InnerTar hardLink(String path, String target) {
        return longName(path).raw(TarHeader.gnu(path).type('1').link(target));
    }

    /** An entry of another type without data. */
    public InnerTar special(String path, char type) {
        return longName(path).raw(TarHeader.gnu(path).type(type));
    }

    /** Old GNU sparse: pairs of offset and length; extension blocks as needed. */
    public InnerTar sparse(String path, long realSize, long[] pairs, byte[] stored) {
        sparseHeaders(path, realSize, pairs, stored.length);
        return data(stored);
    }

    public InnerTar sparseHeaders(String path, long realSize, long[] pairs, long stored) {
        TarHeader header = TarHeader.gnu(path).type('S').size(stored).octal(483, 12, realSize);
        int inHeader = Math.min(8, pairs.length);
        for (int i = 0; i < inHeader; i++) {
            header.octal(386 + 12 * i, 12, pairs[i]);
        }
        header.bytes(482, (byte) (pairs.length > 8 ? 1 : 0));
        raw(header);
        for (int at = 8; at < pairs.length; at += 42) {
            raw(extension(pairs, at));
        }
        return this;
    }

    /** The extension block that begins with {@code pairs[at]}. */
    private static byte[] extension(long[] pairs, int at) {
        byte[] block = new byte[TarHeader.SIZE];
        int end = Math.min(pairs.length, at + 42);
        for (int i = at; i < end; i++) {
            byte[] field = String.format("%011o", pairs[i]).getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(field, 0, block, 12 * (i - at), field.length);
        }
        block[504] = (byte) (end < pairs.length ? 1 : 0);
        return block;
    }

    /** A pax header with records {@code key, value, key, value...}. */
    public InnerTar pax(String... records) {
        byte[] content = records(records);
        return raw(TarHeader.ustar("PaxHeaders/x").type('x').size(content.length))
                .data(content);
    }

    public static byte[] records(String... records) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < records.length; i += 2) {
            int rest = records[i].length() + records[i + 1].length() + 3;
            int length = rest + 1;
            while (String.valueOf(length).length() + rest != length) {
                length++;
            }
            text.append(length).append(' ').append(records[i]).append('=').append(records[i + 1]);
            text.append('\n');
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The members that carry a name too long for a header; nothing if it is not. */
    public InnerTar longName(String path) {
        return path.length() <= 100 ? this : longText('L', path);
    }

    public InnerTar longText(char type, String text) {
        byte[] content = (text + "\0").getBytes(StandardCharsets.ISO_8859_1);
        return raw(TarHeader.gnu("././@LongLink").type(type).size(content.length))
                .data(content);
    }

    public InnerTar raw(TarHeader header) {
        return raw(header.bytes());
    }

    public InnerTar raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /** Bytes and zeros up to a full block. */
    public InnerTar data(byte[] content) {
        return raw(content).raw(new byte[-content.length & (TarHeader.SIZE - 1)]);
    }

    /** What was given so far, without an end mark. */
    public byte[] open() {
        return out.toByteArray();
    }

    /** With end mark and padding as GNU tar makes them. */
    public byte[] end() {
        int length = out.size() + 2 * TarHeader.SIZE;
        return Arrays.copyOf(out.toByteArray(), (length + RECORD - 1) / RECORD * RECORD);
    }
}
