package org.qubestools.backup.archive;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads an inner archive: GNU tar with long names, sparse members and continued volumes, and the pax sparse members of
 * format 4. Entries come in order; the data of one are read, or skipped, before the next.
 */
public final class TarReader {
    /** Longest path. */
    public static final int MAX_NAME = 4096;
    /** Most parts of a path. */
    public static final int MAX_LEVELS = 512;
    /** Largest file: 16 TiB. */
    public static final long MAX_SIZE = 16L << 40;
    /** Zeros that may follow the end mark; tar pads to 10240. */
    private static final long MAX_TAIL = 1 << 20;

    private static final int BUFFER = 1 << 17;

    private final TarVolumes volumes;
    private final byte[] buffer = new byte[BUFFER];
    private @Nullable TarEntry entry;
    private TarVolumes.@Nullable Open open;
    private long unread;
    private boolean lastWasPaxSparse;

    /**
     * Reads volumes that {@code source} gives.
     *
     * @param multiVolume the archive is cut as format 2 does it
     */
    public TarReader(VolumeSource source, boolean multiVolume) {
        this.volumes = new TarVolumes(source, multiVolume);
    }

    /** The next entry; null after the last one, when the whole rest was read and found sound. */
    public @Nullable TarEntry next() throws IOException {
        content(ContentSink.NOWHERE);
        entry = null;
        TarEntryHeaders headers = new TarEntryHeaders(volumes);
        byte[] block = volumes.block(true);
        if (block == null) {
            if (!lastWasPaxSparse) {
                throw new DamagedArchive("the inner archive has no end mark");
            }
            return null;
        }
        if (TarBlock.isZero(block, TarBlock.SIZE)) {
            volumes.finish(MAX_TAIL);
            return null;
        }
        TarEntry found = headers.read(block);
        lastWasPaxSparse = headers.isPaxSparse();
        entry = found;
        open = new TarVolumes.Open(headers.nameInHeader(), found.size());
        unread = found.map().stored();
        return found;
    }

    /** Gives the data of the entry to {@code sink}; a second call gives nothing. */
    public void content(ContentSink sink) throws IOException {
        TarVolumes.Open member = open;
        if (entry == null || member == null) {
            return;
        }
        SparseMap map = entry.map();
        long padding = -unread & (TarBlock.SIZE - 1);
        for (int i = 0; i < map.count() && unread > 0; i++) {
            extent(sink, map.offset(i), map.length(i), member);
        }
        open = null;
        skipPadding((int) padding);
    }

    private void extent(ContentSink sink, long offset, long length, TarVolumes.Open member) throws IOException {
        long at = offset;
        long end = offset + length;
        while (at < end) {
            int filled = 0;
            int wanted = (int) Math.min(BUFFER, end - at);
            while (filled < wanted) {
                int got = volumes.read(buffer, filled, wanted - filled, unread - filled, member);
                filled += got;
            }
            sink.data(at, buffer, 0, filled);
            at += filled;
            unread -= filled;
        }
    }

    /** A volume never ends inside the padding; a pax sparse member may lack it (see section 9.5 of the format). */
    private void skipPadding(int padding) throws IOException {
        if (padding > 0) {
            volumes.skip(padding, lastWasPaxSparse);
        }
    }

    /** The path without empty and {@code .} parts; an absolute one stays so. */
    static ByteName normalized(byte[] raw) throws DamagedArchive {
        if (raw.length > MAX_NAME) {
            throw new DamagedArchive("a name of " + raw.length + " bytes");
        }
        byte[] path = new byte[raw.length];
        int length = 0;
        int start = 0;
        boolean absolute = raw.length > 0 && raw[0] == '/';
        for (int i = 0; i <= raw.length; i++) {
            if (i == raw.length || raw[i] == '/') {
                int part = i - start;
                boolean dropped = part == 0 || (part == 1 && raw[start] == '.');
                if (!dropped) {
                    if (length > 0) {
                        path[length++] = '/';
                    }
                    System.arraycopy(raw, start, path, length, part);
                    length += part;
                }
                start = i + 1;
            }
        }
        byte[] normal = Arrays.copyOf(path, length);
        return absolute ? ByteName.of("/").child(ByteName.of(normal)) : ByteName.of(normal);
    }
}
