package org.qubestools.core.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.qubestools.core.error.QubesException;

/**
 * One run of a service in a VM. Everything it says is untrusted.
 *
 * <p>There is no timeout: {@link #close}, from any thread, ends every wait of the others.
 */
public interface QrexecCall extends AutoCloseable {
    /**
     * Where the service reads its input; the caller flushes it and closes it to end it. Once the service stopped reading,
     * a write, flush or close is an IOException.
     */
    OutputStream input();

    /** Ends the input, of which there is no more; a service that has ended already needs no end of it. */
    default void endInput() {
        try {
            input().close();
        } catch (IOException e) {
            // Its exit status tells how it went.
        }
    }

    /** What the service prints. Read it to its end, or call {@link #ignoreOutput}; else the service may wait forever. */
    InputStream output();

    /** Throws away all that the service prints from now on, instead of the caller reading it. */
    void ignoreOutput();

    /**
     * Waits for the end of the service, however long that takes.
     *
     * @return its exit status; not 0 if it was killed
     * @throws QubesException CANCELLED on interruption; the service then still runs
     */
    int awaitExit();

    /**
     * The last 1024 bytes that the service printed as errors so far, as one line fit for a terminal, or empty; complete
     * after {@link #awaitExit}.
     */
    String errorText();

    /** Kills the service unless it has ended; closing twice is safe. */
    @Override
    void close();
}
