package org.qubestools.backup.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Writes an inner archive as GNU tar does: old GNU headers, long names, sparse files, the end padded to 10240. The stream
 * belongs to the caller.
 */
public final class TarWriter {
    private static final String GNU_MAGIC = "ustar  ";
    private static final ByteName LONG_LINK = ByteName.of("././@LongLink");
    private static final int SPARSE_IN_HEADER = 4;
    private static final int SPARSE_IN_EXTENSION = 21;
    private static final int RECORD = 10240;

    private final OutputStream out;
    private long written;
    private long unfinished;

    /**
     * What all entries have.
     *
     * @param path inside the archive
     * @param mode twelve permission bits
     * @param mtime seconds since 1970
     */
    public record Facts(ByteName path, int mode, long mtime, long uid, long gid) {}

    public TarWriter(OutputStream out) {
        this.out = out;
    }

    /** The header of a file; exactly its stored data must follow through {@link #data}, then {@link #endFile}. */
    public void file(Facts facts, SparseMap map) throws IOException {
        if (map.isDense()) {
            header(facts, '0', map.stored(), ByteName.of(""));
        } else {
            sparseHeader(facts, map);
        }
        unfinished = map.stored();
    }

    /** Stored data of the file begun. */
    public void data(byte[] buffer, int offset, int length) throws IOException {
        if (length > unfinished) {
            throw new IllegalStateException("more data than the header says");
        }
        write(buffer, offset, length);
        unfinished -= length;
    }

    public void endFile() throws IOException {
        if (unfinished != 0) {
            throw new IllegalStateException("less data than the header says");
        }
        pad(TarBlock.SIZE);
    }

    public void directory(Facts facts) throws IOException {
        Facts slashed =
                new Facts(facts.path().child(ByteName.of("")), facts.mode(), facts.mtime(), facts.uid(), facts.gid());
        header(slashed, '5', 0, ByteName.of(""));
    }

    /** The target is stored as it is, which GNU tar as the originals used it did not do. */
    public void symlink(Facts facts, ByteName target) throws IOException {
        header(facts, '2', 0, target);
    }

    /** A second name of the file {@code existing} of this archive. */
    public void hardLink(Facts facts, ByteName existing) throws IOException {
        header(facts, '1', 0, existing);
    }

    public void pipe(Facts facts) throws IOException {
        header(facts, '6', 0, ByteName.of(""));
    }

    /** The end mark. Nothing may follow. */
    public void end() throws IOException {
        write(new byte[2 * TarBlock.SIZE], 0, 2 * TarBlock.SIZE);
        pad(RECORD);
    }

    private void header(Facts facts, char type, long size, ByteName target) throws IOException {
        longName('K', target);
        longName('L', facts.path());
        write(fields(facts, type, size, target).sealed());
    }

    private static TarFields fields(Facts facts, char type, long size, ByteName target) {
        return new TarFields()
                .text(0, TarBlock.NAME_LENGTH, facts.path().bytes())
                .number(100, 8, facts.mode())
                .number(108, 8, facts.uid())
                .number(116, 8, facts.gid())
                .number(124, 12, size)
                .number(136, 12, facts.mtime())
                .type(type)
                .text(157, TarBlock.NAME_LENGTH, target.bytes())
                .text(257, GNU_MAGIC);
    }

    /** A name that fills its field or more goes in front, as the data of a member of its own. */
    private void longName(char type, ByteName name) throws IOException {
        if (name.length() < TarBlock.NAME_LENGTH) {
            return;
        }
        byte[] text = Arrays.copyOf(name.bytes(), name.length() + 1);
        Facts facts = new Facts(LONG_LINK, 0644, 0, 0, 0);
        write(fields(facts, type, text.length, ByteName.of("")).sealed());
        write(text);
        pad(TarBlock.SIZE);
    }

    private void sparseHeader(Facts facts, SparseMap map) throws IOException {
        longName('L', facts.path());
        // A last entry without data marks the end of the file.
        int entries = map.count() + 1;
        TarFields header = fields(facts, 'S', map.stored(), ByteName.of(""))
                .number(483, 12, map.realSize())
                .flag(482, entries > SPARSE_IN_HEADER);
        int done = entries(header, 386, SPARSE_IN_HEADER, map, 0);
        write(header.sealed());
        while (done < entries) {
            TarFields extension = new TarFields().flag(504, entries - done > SPARSE_IN_EXTENSION);
            done = entries(extension, 0, SPARSE_IN_EXTENSION, map, done);
            write(extension.bare());
        }
    }

    private static int entries(TarFields block, int offset, int room, SparseMap map, int first) {
        int last = Math.min(map.count() + 1, first + room);
        for (int i = first; i < last; i++) {
            int at = offset + 24 * (i - first);
            boolean end = i == map.count();
            block.number(at, 12, end ? map.realSize() : map.offset(i));
            block.number(at + 12, 12, end ? 0 : map.length(i));
        }
        return last;
    }

    private void pad(int unit) throws IOException {
        int rest = (int) (written % unit);
        if (rest != 0) {
            write(new byte[unit - rest]);
        }
    }

    private void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    private void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        written += length;
    }
}
