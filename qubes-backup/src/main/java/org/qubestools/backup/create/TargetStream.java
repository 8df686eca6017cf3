package org.qubestools.backup.create;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.AsynchronousCloseException;

/** The stream of a target, whose failures are told in the words of the target. */
final class TargetStream extends OutputStream {
    private final BackupTarget target;
    private final OutputStream out;

    TargetStream(BackupTarget target) {
        this.target = target;
        this.out = target.stream();
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (AsynchronousCloseException e) {
            throw e; // we were stopped, which has another cause
        } catch (IOException e) {
            throw target.failure(e);
        }
    }
}
