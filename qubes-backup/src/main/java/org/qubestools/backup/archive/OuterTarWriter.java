package org.qubestools.backup.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes an outer archive: each member a complete tar archive of its own, padded to 10240. Only what the program on the
 * side of a VM understands: ustar headers, short names, regular files. The stream belongs to the caller.
 */
public final class OuterTarWriter {
    private static final int RECORD = 10240;
    private static final long MAX_SIZE = (8L << 30) - 1;

    private final OutputStream out;
    private final long mtime;

    /**
     * A writer whose members have this time.
     *
     * @param mtime seconds since 1970
     */
    public OuterTarWriter(OutputStream out, long mtime) {
        this.out = out;
        this.mtime = mtime;
    }

    /** True if a member can have this name. */
    public static boolean isName(String name) {
        return name.length() <= TarBlock.NAME_LENGTH
                && StandardCharsets.US_ASCII.newEncoder().canEncode(name);
    }

    public void member(String name, byte[] content) throws IOException {
        header(name, content.length);
        out.write(content);
        end(content.length);
    }

    /** A member whose content is a stream of exactly {@code size} bytes, which stays the caller's. */
    public void member(String name, InputStream content, long size) throws IOException {
        header(name, size);
        byte[] buffer = new byte[1 << 16];
        long left = size;
        int got = content.read(buffer);
        while (got >= 0) {
            out.write(buffer, 0, got);
            left -= got;
            got = content.read(buffer);
        }
        if (left != 0) {
            throw new IllegalStateException("a member of another size than announced");
        }
        end(size);
    }

    private void header(String name, long size) throws IOException {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        if (!isName(name) || size > MAX_SIZE) {
            throw new IllegalArgumentException("the outer archive cannot hold member " + name);
        }
        out.write(new TarFields()
                .text(0, TarBlock.NAME_LENGTH, bytes)
                .number(100, 8, 0600)
                .number(108, 8, 0)
                .number(116, 8, 0)
                .number(124, 12, size)
                .number(136, 12, mtime)
                .type('0')
                .text(257, "ustar\00000")
                .sealed());
    }

    /** Padding of the data, the two blocks of an end mark, zeros up to a whole record. */
    private void end(long size) throws IOException {
        long padded = TarBlock.SIZE + (size + TarBlock.SIZE - 1) / TarBlock.SIZE * TarBlock.SIZE + 2L * TarBlock.SIZE;
        long record = (padded + RECORD - 1) / RECORD * RECORD;
        out.write(new byte[(int) (record - TarBlock.SIZE - size)]);
    }
}
