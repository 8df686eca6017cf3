package org.qubestools.qubesdb;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Events on their way to the listeners of a client, which are called one after the other, by one thread. */
final class ListenerQueue {
    private static final long PATIENCE_MILLIS = 1000;

    private final String name;
    private final EventQueue<Event> queue = new EventQueue<>(new Notices());
    private @Nullable Thread thread;

    /** A change, or a notice to read everything again where there is no path; for nobody once all its watches are closed. */
    private record Event(
            Target target,
            List<Registration> registrations,
            @Nullable QubesDbPath path) {
        boolean isWanted() {
            for (Registration registration : registrations) {
                if (!registration.isClosed()) {
                    return true;
                }
            }
            return false;
        }
    }

    /** A listener as a target: the same one, however many watches it has. */
    private final class Target implements WatchTarget {
        private final WatchListener listener;

        Target(WatchListener listener) {
            this.listener = listener;
        }

        @Override
        public void changed(Registration registration, QubesDbPath untrustedPath) {
            queue.add(new Event(this, List.of(registration), untrustedPath));
        }

        @Override
        public void resynchronise(List<Registration> registrations) {
            queue.add(new Event(this, List.copyOf(registrations), null));
        }

        @Override
        public void end() {
            queue.close();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Target target && listener == target.listener;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(listener);
        }
    }

    ListenerQueue(String name) {
        this.name = name;
    }

    WatchTarget target(WatchListener listener) {
        return new Target(listener);
    }

    /** One notice for each listener. A class, not a lambda: it is made in every run of a tool. */
    private static final class Notices implements Function<Collection<Event>, Collection<Event>> {
        @Override
        public Collection<Event> apply(Collection<Event> events) {
            return notices(events);
        }
    }

    private static Collection<Event> notices(Collection<Event> events) {
        Map<Target, Set<Registration>> concerned = new LinkedHashMap<>();
        for (Event event : events) {
            concerned
                    .computeIfAbsent(event.target, target -> new LinkedHashSet<>())
                    .addAll(event.registrations);
        }
        List<Event> notices = new ArrayList<>();
        concerned.forEach((target, registrations) -> notices.add(new Event(target, List.copyOf(registrations), null)));
        return notices;
    }

    /** Starts the thread, if it does not run yet. */
    synchronized void start() {
        if (thread == null && !queue.isClosed()) {
            thread = Background.start("qubesdb-watch " + name, this::deliverAll);
        }
    }

    private void deliverAll() {
        boolean more = true;
        while (more) {
            try {
                Event event = queue.take();
                more = event != null;
                if (event != null) {
                    deliver(event);
                }
            } catch (InterruptedException e) {
                // By a listener, and meant for itself: this thread serves the others too.
            }
        }
    }

    @SuppressWarnings("IllegalCatch") // code of others: the other listeners are told all the same
    private static void deliver(Event event) {
        try {
            if (!event.isWanted()) {
                return;
            }
            if (event.path == null) {
                event.target.listener.resynchronise();
            } else {
                event.target.listener.changed(event.path);
            }
        } catch (RuntimeException | Error e) {
            Thread current = Thread.currentThread();
            current.getUncaughtExceptionHandler().uncaughtException(current, e);
        }
    }

    /** Takes no more events, and lets the thread end. */
    void close() {
        queue.close();
        queue.clear();
    }

    /** Waits for what is being delivered, but not for ever, and not if the caller is that. */
    void join() throws InterruptedException {
        Thread running;
        synchronized (this) {
            running = thread;
        }
        if (running != null && running != Thread.currentThread()) {
            running.join(PATIENCE_MILLIS);
        }
    }
}
