package org.qubestools.core.io;

import org.qubestools.core.error.QubesException;

/** Takes back what was begun, to its end even if the thread is interrupted, and never hides why. */
public final class Rollback {
    private Rollback() {}

    /** Runs the undo; the result is {@code first}, with what could not be taken back added to its message. */
    public static QubesException of(QubesException first, UndoStack undo) {
        try {
            run(undo);
            return first;
        } catch (QubesException left) {
            QubesException both = new QubesException(
                    first.kind(),
                    first.getMessage() + "; " + left.getMessage(),
                    first.hint().orElse(left.hint().orElse(null)),
                    first);
            both.addSuppressed(left);
            return both;
        }
    }

    /** An interrupt would cut short what an undo waits for. */
    private static void run(UndoStack undo) {
        boolean interrupted = Thread.interrupted();
        try {
            undo.close();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Runs the undo after an error of ours. */
    public static void ofBug(Throwable bug, UndoStack undo) {
        try {
            run(undo);
        } catch (QubesException left) {
            bug.addSuppressed(left);
        }
    }
}
