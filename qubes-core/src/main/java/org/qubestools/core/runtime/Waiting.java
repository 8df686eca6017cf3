package org.qubestools.core.runtime;

import java.time.Duration;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.WaitTime;

/** Pauses between two looks at something that takes its time. */
final class Waiting {
    private Waiting() {}

    /** Lets the thread wait; CANCELLED if it is interrupted, saying {@code what} was done meanwhile. */
    static void pause(WaitTime time, Duration pause, String what) {
        try {
            time.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted while " + what, null, e);
        }
    }
}
