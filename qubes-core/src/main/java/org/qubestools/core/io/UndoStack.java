package org.qubestools.core.io;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/**
 * What has to be taken back if a piece of work of several steps does not reach its end.
 *
 * <p>For a try-with-resources statement: push after each step that succeeded, commit at the end. For one thread.
 */
public final class UndoStack implements AutoCloseable {
    private final Deque<Entry> entries = new ArrayDeque<>();

    /** Takes one step back. */
    @FunctionalInterface
    public interface Step {
        void undo() throws IOException;
    }

    private record Entry(String description, Step step) {}

    /**
     * Remembers how to take back what was just done.
     *
     * @param description what is left over if that fails: "directory /var/lib/qubes/appvms/work"
     */
    public void push(String description, Step step) {
        entries.push(new Entry(description, step));
    }

    /** All went well: nothing will be taken back. */
    public void commit() {
        entries.clear();
    }

    /**
     * Runs the steps, last one first, each once, going on after a failure.
     *
     * @throws QubesException FAILED, naming what is left over, with each failure as a suppressed exception
     */
    @Override
    public void close() {
        List<String> left = new ArrayList<>();
        List<Exception> failures = new ArrayList<>();
        while (!entries.isEmpty()) {
            Entry entry = entries.pop();
            try {
                entry.step().undo();
            } catch (IOException e) {
                left.add(entry.description() + " (" + IoReason.of(e) + ")");
                failures.add(e);
            } catch (RuntimeException e) {
                left.add(entry.description() + " (" + e.getMessage() + ")");
                failures.add(e);
            }
        }
        if (!left.isEmpty()) {
            QubesException error = new QubesException(
                    ErrorKind.FAILED, "could not undo everything, left over: " + String.join(", ", left), "remove it");
            failures.forEach(error::addSuppressed);
            throw error;
        }
    }
}
