package org.qubestools.qubesdb;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which watch of a connection an event is for. The daemon sends one event for each watch that a change concerns, one right
 * after the other, that of the newest watch first; but an event does not say whose it is. So those of one path are handed
 * out in turn.
 */
final class WatchRouter {
    private final List<Registration> registrations = new ArrayList<>();
    /** Those of them that the daemon was asked to forget. */
    private final Set<Registration> leaving = new HashSet<>();

    private final Deque<Registration> rest = new ArrayDeque<>();
    private String restOf = "";

    /** From here on the daemon sends events for it. */
    synchronized void add(Registration registration) {
        registrations.add(registration);
    }

    /** True the first time, if the daemon has it: then the daemon is to be asked to forget it. */
    synchronized boolean leave(Registration registration) {
        return registrations.contains(registration) && leaving.add(registration);
    }

    /** From here on it does not. */
    synchronized void remove(Registration registration) {
        registrations.remove(registration);
        leaving.remove(registration);
        rest.remove(registration);
    }

    /** Hands an event out. One that no watch is for comes late, or is of none of ours. */
    synchronized void changed(String path) {
        if (!restOf.equals(path)) {
            // There should have been one for each: rather one too many than a change that nobody is told of.
            handOutRest();
        }
        if (rest.isEmpty()) {
            restOf = path;
            for (int i = registrations.size() - 1; i >= 0; i--) {
                if (registrations.get(i).path().watches(path)) {
                    rest.add(registrations.get(i));
                }
            }
        }
        handOut();
    }

    private void handOutRest() {
        while (!rest.isEmpty()) {
            handOut();
        }
    }

    private void handOut() {
        Registration next = rest.poll();
        if (next != null) {
            next.changed(new QubesDbPath(restOf));
        }
    }
}
