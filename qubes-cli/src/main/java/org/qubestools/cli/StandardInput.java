package org.qubestools.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * Standard input whose reads end when their thread is interrupted: {@code System.in} would keep a cancelled run waiting
 * for a program that sends nothing. Opened at the first read.
 */
final class StandardInput extends InputStream {
    private @Nullable FileChannel channel;

    private FileChannel channel() {
        if (channel == null) {
            channel = new FileInputStream(FileDescriptor.in).getChannel();
        }
        return channel;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
        return length == 0 ? 0 : channel().read(ByteBuffer.wrap(buffer, from, length));
    }
}
