package org.qubestools.backup.archive;

import java.io.IOException;

/** The sparse map in front of the data of a pax sparse 1.0 member. */
final class SparseMapText {
    private static final int MAX_DIGITS = 18;

    private final TarVolumes volumes;
    private byte[] block = new byte[0];
    private int at;
    private long length;

    SparseMapText(TarVolumes volumes) {
        this.volumes = volumes;
    }

    SparseMap read(long realSize) throws IOException {
        long count = line();
        if (count > SparseMap.MAX_EXTENTS) {
            throw new DamagedArchive("a sparse map of " + count + " entries");
        }
        SparseMap.Builder map = new SparseMap.Builder();
        for (long i = 0; i < count; i++) {
            long offset = line();
            map.add(offset, line());
        }
        return map.build(realSize);
    }

    /** Bytes of the map with its padding. */
    long length() {
        return length;
    }

    private long line() throws IOException {
        long number = 0;
        int digits = 0;
        while (true) {
            if (at == block.length) {
                byte[] next = volumes.block(false);
                if (next == null) {
                    throw new DamagedArchive("the inner archive ends inside a sparse map");
                }
                block = next;
                at = 0;
                length += TarBlock.SIZE;
            }
            byte b = block[at++];
            if (b == '\n' && digits > 0) {
                return number;
            }
            if (b < '0' || b > '9' || digits == MAX_DIGITS) {
                throw new DamagedArchive("a sparse map is malformed");
            }
            number = number * 10 + b - '0';
            digits++;
        }
    }
}
