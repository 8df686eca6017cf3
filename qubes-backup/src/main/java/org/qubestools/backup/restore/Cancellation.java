package org.qubestools.backup.restore;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/**
 * The wish to stop, from any thread. While data are read it interrupts the reader, which may wait for a slow source;
 * at all other times it is looked at between VMs, so that the store is never interrupted.
 */
public final class Cancellation {
    private boolean cancelled;
    private @Nullable Thread reader;

    /** Asks for the end; does not wait for it. */
    public synchronized void cancel() {
        cancelled = true;
        if (reader != null) {
            reader.interrupt();
        }
    }

    public synchronized boolean isCancelled() {
        return cancelled;
    }

    /** CANCELLED if that was asked for. */
    void check() {
        if (isCancelled()) {
            throw cancelledNow();
        }
    }

    static QubesException cancelledNow() {
        return new QubesException(ErrorKind.CANCELLED, "the restore was cancelled");
    }

    /** From here on the calling thread may be interrupted. */
    synchronized void readingBegins() {
        check();
        reader = Thread.currentThread();
    }

    /** No interrupt comes any more, and none is pending. */
    synchronized void readingEnds() {
        reader = null;
        if (cancelled) {
            Thread.interrupted();
        }
    }
}
