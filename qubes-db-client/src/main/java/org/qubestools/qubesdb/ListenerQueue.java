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

/** Events on their way to the listeners of a client, which {@link WatchThreads} calls one after the other. */
final class ListenerQueue {
    private final EventQueue<Event> queue = new EventQueue<>(new Notices());
    private final Runnable arrival;

    /** A change, or a notice to read everything again where there is no path; for nobody once all its watches are closed. */
    record Event(
            Target target,
            List<Registration> registrations,
            @Nullable QubesDbPath path) {
        private boolean isWanted() {
            for (Registration registration : registrations) {
                if (!registration.isClosed()) {
                    return true;
                }
            }
            return false;
        }
    }

    /** A listener as a target: the same one, however many watches it has. */
    final class Target implements WatchTarget {
        private final WatchListener listener;

        Target(WatchListener listener) {
            this.listener = listener;
        }

        @Override
        public void changed(Registration registration, QubesDbPath untrustedPath) {
            add(new Event(this, List.of(registration), untrustedPath));
        }

        @Override
        public void resynchronise(List<Registration> registrations) {
            add(new Event(this, List.copyOf(registrations), null));
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

    /** {@code arrival} is told that an event was added, with no lock held here. */
    ListenerQueue(Runnable arrival) {
        this.arrival = arrival;
    }

    private void add(Event event) {
        queue.add(event);
        arrival.run();
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

    /** The next event, to be {@linkplain #deliver delivered} before another one is taken; null if there is none now. */
    @Nullable
    Event next() {
        return queue.next();
    }

    @SuppressWarnings("IllegalCatch") // code of others: the other listeners are told all the same
    static void deliver(Event event) {
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

    /** Takes no more events, and forgets those there are. */
    void close() {
        queue.close();
        queue.clear();
    }
}
