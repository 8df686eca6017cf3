package org.qubestools.backup.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.qubestools.core.io.BlockInputStream;

/** A regular file as a stream that passes over what is skipped without reading it. */
final class SeekingStream extends BlockInputStream {
    private final FileChannel channel;

    /** Reads from where the channel stands; closes it. */
    SeekingStream(FileChannel channel) {
        this.channel = channel;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        return length == 0 ? 0 : channel.read(ByteBuffer.wrap(buffer, offset, length));
    }

    @Override
    public long skip(long bytes) throws IOException {
        long position = channel.position();
        long target = Math.max(position, Math.min(channel.size(), position + Math.max(0, bytes)));
        channel.position(target);
        return target - position;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
