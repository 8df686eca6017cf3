package org.qubestools.backup.create;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.PipedProcess;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.Subprocess;
import org.qubestools.core.io.TaskScope;

/**
 * Sends a stream through a compressing program of the user's; what comes out goes on to another stream. A write never
 * waits for the program itself, so that it can be interrupted whatever the program does.
 */
final class ProgramFilter extends OutputStream {
    private static final int BLOCK = 1 << 16;
    private static final int WAITING = 4;
    private static final long PATIENCE_MILLIS = 5000;
    private static final byte[] END = new byte[0];

    private final String program;
    private final PipedProcess process;
    private final OutputStream target;
    private final BlockingQueue<byte[]> fed = new ArrayBlockingQueue<>(WAITING);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final byte[] block = new byte[BLOCK];
    private int filled;
    private boolean closed;
    private volatile boolean abandoned;

    /** Starts the program and two tasks; closing this stream awaits their end and closes {@code target}. */
    ProgramFilter(String program, OutputStream target, TaskScope scope) {
        this.program = program;
        this.target = target;
        this.process = Subprocess.of(List.of(program)).startPiped();
        scope.fork("qubes-backup-feed", this::feed);
        scope.fork("qubes-backup-filter", this::pass);
    }

    private void feed() throws InterruptedException {
        try (OutputStream in = process.input()) {
            byte[] next = fed.take();
            while (next != END) {
                in.write(next);
                next = fed.take();
            }
        } catch (IOException e) {
            if (!abandoned) {
                throw failure("ended before it had read everything", e);
            }
        }
    }

    private void pass() throws IOException {
        boolean passed = false;
        try (InputStream out = process.output()) {
            long size = transfer(out);
            int status = process.awaitExit();
            if (!abandoned && (status != 0 || size == 0)) {
                throw failure(status == 0 ? "printed nothing" : "failed with status " + status, null);
            }
            passed = true;
            ended.countDown();
        } finally {
            if (!passed) {
                process.close(); // nobody takes its output any more
            }
        }
    }

    private long transfer(InputStream out) throws IOException {
        boolean taken = false;
        try {
            long size = out.transferTo(target);
            taken = true;
            return size;
        } finally {
            if (!taken) {
                abandoned = true; // before its output is closed: its complaint about that is no cause
            }
        }
    }

    private QubesException failure(String what, @Nullable IOException cause) {
        // One that takes no more is about to end; its status and words tell more than a broken pipe.
        int status = process.exitWithin(PATIENCE_MILLIS).orElse(0);
        String how = status == 0 ? what : "failed with status " + status;
        String said = process.untrustedErrors().strip();
        return new QubesException(
                ErrorKind.FAILED,
                "the filter " + SafeText.of(program) + " " + how + (said.isEmpty() ? "" : ": " + SafeText.of(said)),
                "use another filter",
                cause);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            int part = Math.min(end - at, BLOCK - filled);
            System.arraycopy(bytes, at, block, filled, part);
            filled += part;
            at += part;
            if (filled == BLOCK) {
                give();
            }
        }
    }

    private void give() throws IOException {
        try {
            fed.put(Arrays.copyOf(block, filled));
            filled = 0;
        } catch (InterruptedException e) {
            throw abandon(e);
        }
    }

    private InterruptedIOException abandon(InterruptedException e) {
        abandoned = true;
        process.close();
        Thread.currentThread().interrupt();
        InterruptedIOException interrupted = new InterruptedIOException("interrupted");
        interrupted.initCause(e);
        return interrupted;
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (abandoned) {
            return;
        }
        if (filled > 0) {
            give();
        }
        try {
            fed.put(END);
            ended.await();
        } catch (InterruptedException e) {
            throw abandon(e);
        }
        target.close();
    }
}
