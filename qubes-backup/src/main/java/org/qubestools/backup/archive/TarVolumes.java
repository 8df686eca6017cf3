package org.qubestools.backup.archive;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The volumes of an inner archive as one run of blocks. In a multi-volume archive the headers with which GNU tar
 * continues a cut member are checked and taken out here.
 */
final class TarVolumes {
    private static final int OFFSET_AT = 369;
    private static final int OFFSET_LENGTH = 12;

    private final VolumeSource source;
    private final boolean multiVolume;
    private final byte[] block = new byte[TarBlock.SIZE];
    private @Nullable InputStream volume;
    private boolean started;
    /** A block that was read where a continuation could have been. */
    private boolean pending;
    /** The entry whose headers are being read on. */
    private @Nullable ByteName inHeaders;

    TarVolumes(VolumeSource source, boolean multiVolume) {
        this.source = source;
        this.multiVolume = multiVolume;
    }

    /** The member whose data are being read, as far as a continuation must agree with it. */
    record Open(ByteName name, long realSize) {}

    /** The next block of the headers of the entry {@code name}, which a continuation must agree with; see {@link #block}. */
    byte @Nullable [] blockOf(ByteName name) throws IOException {
        inHeaders = name;
        try {
            return block(false);
        } finally {
            inHeaders = null;
        }
    }

    /**
     * The next block outside of member data, which is used again; null at the end of the archive.
     *
     * @param lenient accept a last block that is cut, its rest as zeros
     */
    byte @Nullable [] block(boolean lenient) throws IOException {
        if (pending) {
            pending = false;
            return block;
        }
        InputStream in = current();
        while (in != null) {
            int got = in.readNBytes(block, 0, TarBlock.SIZE);
            if (got == TarBlock.SIZE) {
                return block;
            }
            if (got > 0) {
                if (lenient && !multiVolume) {
                    Arrays.fill(block, got, TarBlock.SIZE, (byte) 0);
                    return block;
                }
                throw new DamagedArchive("the inner archive is cut inside a block");
            }
            in = nextVolume();
            if (in != null) {
                dropContinuation(in);
                if (pending) {
                    pending = false;
                    return block;
                }
            }
        }
        return null;
    }

    /** The data of a header: {@code length} bytes and their padding. */
    byte[] bytes(int length) throws IOException {
        byte[] data = new byte[length];
        for (int done = 0; done < length; done += TarBlock.SIZE) {
            byte[] part = block(false);
            if (part == null) {
                throw new DamagedArchive("the inner archive ends inside a header");
            }
            System.arraycopy(part, 0, data, done, Math.min(TarBlock.SIZE, length - done));
        }
        return data;
    }

    /** Skips the zeros behind a member's data. */
    void skip(int padding, boolean mayBeMissing) throws IOException {
        InputStream in = current();
        int got = in == null ? 0 : in.readNBytes(block, 0, padding);
        if (got < padding && !mayBeMissing) {
            throw new DamagedArchive("the inner archive is cut behind a member");
        }
    }

    /** A continuation without an open member belongs to the one whose header, or rest of a header, follows. */
    private void dropContinuation(InputStream in) throws IOException {
        int got = in.readNBytes(block, 0, TarBlock.SIZE);
        if (got != TarBlock.SIZE) {
            throw new DamagedArchive("a volume of the inner archive is cut");
        }
        TarBlock header = new TarBlock(block);
        pending = !(header.type() == 'M' && header.hasChecksum());
        if (!pending && inHeaders != null && !isSameName(header.name(), inHeaders.bytes())) {
            throw new DamagedArchive("a volume does not continue '" + inHeaders + "'");
        }
    }

    /** Reads member data of which {@code rest} bytes are still to come; continues in the next volume. */
    int read(byte[] buffer, int offset, int length, long rest, Open member) throws IOException {
        if (pending) {
            throw new DamagedArchive("the data of a member are missing");
        }
        InputStream in = current();
        while (in != null) {
            int got = in.read(buffer, offset, length);
            if (got >= 0) {
                return got;
            }
            in = nextVolume();
            if (in != null) {
                checkContinuation(in, rest, member);
            }
        }
        throw new DamagedArchive("the inner archive ends inside '" + member.name() + "'");
    }

    private void checkContinuation(InputStream in, long rest, Open member) throws IOException {
        int got = in.readNBytes(block, 0, TarBlock.SIZE);
        TarBlock header = new TarBlock(block);
        boolean continued = got == TarBlock.SIZE && header.type() == 'M' && header.hasChecksum();
        if (!continued || !isSameName(header.name(), member.name().bytes())) {
            throw new DamagedArchive("a volume does not continue '" + member.name() + "'");
        }
        long offset = header.number(OFFSET_AT, OFFSET_LENGTH);
        boolean agrees = header.size() == rest && offset >= 0 && offset + rest == member.realSize();
        if (!agrees) {
            throw new DamagedArchive("a volume continues '" + member.name() + "' at another place");
        }
    }

    /** The header of a continuation holds only the first 100 bytes of a name. */
    private static boolean isSameName(byte[] continued, byte[] name) {
        int length = Math.min(name.length, TarBlock.NAME_LENGTH);
        return Arrays.equals(continued, 0, continued.length, name, 0, length);
    }

    private @Nullable InputStream current() throws IOException {
        if (!started) {
            started = true;
            volume = source.next();
        }
        return volume;
    }

    private @Nullable InputStream nextVolume() throws IOException {
        volume = multiVolume ? source.next() : null;
        return volume;
    }

    /**
     * Reads the rest, which must be zeros, so that everything behind it is checked too.
     *
     * @param limit bytes of rest that are let pass
     */
    void finish(long limit) throws IOException {
        byte[] buffer = new byte[1 << 14];
        long rest = 0;
        InputStream in = current();
        while (in != null) {
            int got = in.read(buffer);
            while (got >= 0) {
                rest += got;
                if (!TarBlock.isZero(buffer, got) || rest > limit) {
                    throw new DamagedArchive("something follows the end of the inner archive");
                }
                got = in.read(buffer);
            }
            in = nextVolume();
        }
    }
}
