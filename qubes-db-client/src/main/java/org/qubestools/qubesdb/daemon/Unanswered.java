package org.qubestools.qubesdb.daemon;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Changes that the other side of a link has not answered yet, oldest first: answers come in this order. Of those that
 * never are the latest are kept.
 */
final class Unanswered {
    /** Most changes that are kept. */
    static final int MOST = 4096;

    private final Deque<Change> changes = new ArrayDeque<>();

    private record Change(String path, boolean removal) {
        /** True if it may be by this that nothing is left of a path. */
        boolean mayHaveRemoved(String other) {
            return removal
                    && (path.equals(other)
                            || (path.endsWith("/") && other.startsWith(path))
                            || (other.endsWith("/") && path.startsWith(other)));
        }
    }

    /** A change is sent. */
    void add(String path, boolean removal) {
        if (changes.size() == MOST) {
            changes.removeFirst();
        }
        changes.addLast(new Change(path, removal));
    }

    /** An answer has come. */
    void answered(String path) {
        Change oldest = changes.peekFirst();
        if (oldest != null && oldest.path.equals(path)) {
            changes.removeFirst();
        }
    }

    /** True if a path may have been removed by a change that the other side did not know of. */
    boolean mayHaveRemoved(String path) {
        for (Change change : changes) {
            if (change.mayHaveRemoved(path)) {
                return true;
            }
        }
        return false;
    }
}
