package org.qubestools.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.BlockInputStream;

/**
 * Standard input whose reads end when their thread is interrupted: {@code System.in} would keep a cancelled run waiting
 * for a program that sends nothing. Opened at the first read.
 */
final class StandardInput extends BlockInputStream {
    private @Nullable FileChannel channel;

    private FileChannel channel() {
        if (channel == null) {
            channel = new FileInputStream(FileDescriptor.in).getChannel();
        }
        return channel;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
        return length == 0 ? 0 : channel().read(ByteBuffer.wrap(buffer, from, length));
    }
}
