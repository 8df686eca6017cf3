package org.qubestools.core.io;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/**
 * A program that runs while we write its input and read its output; made by {@link Subprocess#startPiped}.
 *
 * <p>What it prints as errors is always taken, so that it never waits for us there. {@link #close} may be called from
 * any thread and ends every wait of the others.
 */
public final class PipedProcess implements AutoCloseable {
    private static final int ERROR_TAIL = 1024;
    private static final long LAST_ERRORS_MILLIS = 1000;

    private final String program;
    private final Process process;
    private final StreamDrain errors;

    PipedProcess(String program, Process process) {
        this.program = program;
        this.process = process;
        this.errors = StreamDrain.start(process.getErrorStream(), ERROR_TAIL);
    }

    /** Its standard input, buffered; the caller closes it to end it. Writing to a program that ended is an IOException. */
    public OutputStream input() {
        return process.getOutputStream();
    }

    /** Its standard output; ends with the program. */
    public InputStream output() {
        return process.getInputStream();
    }

    /** Throws away all output from now on, instead of the caller reading it. */
    public void ignoreOutput() {
        StreamDrain.start(process.getInputStream(), 0);
    }

    /**
     * Waits for its end, however long that takes; it may be waiting for the end of its input or for a reader.
     *
     * @return exit status, 128 + n if signal n ended it
     * @throws QubesException CANCELLED on interruption; the program then still runs
     */
    public int awaitExit() {
        try {
            int status = process.waitFor();
            // Its last words may still be on their way from the pipe.
            errors.awaitEnd(LAST_ERRORS_MILLIS);
            return status;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted while " + program + " was running", null, e);
        }
    }

    /**
     * As {@link #awaitExit}, but waits no longer than that.
     *
     * @return empty if it still runs
     */
    public OptionalInt exitWithin(long millis) {
        try {
            return process.waitFor(millis, TimeUnit.MILLISECONDS) ? OptionalInt.of(awaitExit()) : OptionalInt.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted while " + program + " was running", null, e);
        }
    }

    /** The last 1024 bytes of its error output so far, not yet fit for a terminal; complete after its end. */
    public String untrustedErrors() {
        return new String(errors.kept(), StandardCharsets.UTF_8);
    }

    /** Kills the program, and what it started, unless it has ended. */
    @Override
    public void close() {
        Subprocess.kill(process);
    }
}
