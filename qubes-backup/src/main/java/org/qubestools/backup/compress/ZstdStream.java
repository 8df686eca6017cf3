package org.qubestools.backup.compress;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.BlockInputStream;

/** One zstd frame; stops at its end, which the library's own stream does not. */
final class ZstdStream extends BlockInputStream {
    private static final int BUFFER = StreamChain.PUSHBACK / 2;

    private final PushbackInputStream in;
    private final ZstdDecompressCtx context = context();
    private final ByteBuffer source = ByteBuffer.allocateDirect(BUFFER).limit(0);
    private final ByteBuffer target = ByteBuffer.allocateDirect(4 * BUFFER).limit(0);
    private final byte[] input = new byte[BUFFER];
    private boolean frameEnded;
    /** The decoder may hold more output than there was room for. */
    private boolean outputWaits;

    ZstdStream(PushbackInputStream in) {
        this.in = in;
    }

    /** The decoder is native code: the only part of the program that a machine may refuse to load. */
    private static ZstdDecompressCtx context() {
        try {
            return new ZstdDecompressCtx();
        } catch (LinkageError e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "this archive is compressed with zstd, whose native library cannot be loaded here",
                    "use a common machine (Linux, macOS, Windows on x86-64 or ARM64), or, if no program may be run from "
                            + "the directory for temporary files, name another one with java -DZstdTempFolder=DIR",
                    e);
        }
    }

    @Override
    public int read(byte[] buffer, int offset, int wanted) throws IOException {
        while (!target.hasRemaining()) {
            if (frameEnded) {
                return -1;
            }
            decode();
        }
        int got = Math.min(wanted, target.remaining());
        target.get(buffer, offset, got);
        return got;
    }

    private void decode() throws IOException {
        if (!source.hasRemaining() && !outputWaits) {
            int got = in.read(input);
            if (got < 0) {
                throw new DamagedArchive("the zstd stream is cut");
            }
            source.clear().put(input, 0, got).flip();
        }
        target.clear();
        try {
            frameEnded = context.decompressDirectByteBufferStream(target, source);
        } catch (ZstdException e) {
            throw new DamagedArchive("the zstd stream is damaged", e);
        }
        outputWaits = !target.hasRemaining();
        target.flip();
        if (frameEnded) {
            byte[] rest = new byte[source.remaining()];
            source.get(rest);
            in.unread(rest);
            context.close();
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
