package org.qubestools.qubesdb;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Events on their way to the listeners of a client, which are called one after the other, by one thread. */
final class ListenerQueue {
    private static final long PATIENCE_MILLIS = 1000;

    private final String name;
    private final EventQueue<Event> queue = new EventQueue<>(ListenerQueue::notices);
    private @Nullable Thread thread;

    /** A change, or a notice to read everything again where there is no path. */
    private record Event(
            Target target,
            @Nullable Registration registration,
            @Nullable QubesDbPath path) {}

    /** A listener as a target. */
    private final class Target implements WatchTarget {
        private final WatchListener listener;

        Target(WatchListener listener) {
            this.listener = listener;
        }

        @Override
        public void changed(Registration registration, QubesDbPath untrustedPath) {
            queue.add(new Event(this, registration, untrustedPath));
        }

        @Override
        public void resynchronise() {
            queue.add(new Event(this, null, null));
        }

        @Override
        public void end() {
            queue.close();
        }
    }

    ListenerQueue(String name) {
        this.name = name;
    }

    WatchTarget target(WatchListener listener) {
        return new Target(listener);
    }

    private static Collection<Event> notices(Collection<Event> events) {
        Set<Event> notices = new LinkedHashSet<>();
        for (Event event : events) {
            notices.add(new Event(event.target, null, null));
        }
        return notices;
    }

    synchronized void start() {
        if (thread == null && !queue.isClosed()) {
            thread = Background.start("qubesdb-watch " + name, this::deliverAll);
        }
    }

    private void deliverAll() {
        try {
            Event event = queue.take();
            while (event != null) {
                deliver(event);
                event = queue.take();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // by a listener: it wants no more
        }
    }

    @SuppressWarnings("IllegalCatch") // code of others: the other listeners are told all the same
    private static void deliver(Event event) {
        try {
            if (event.path == null || event.registration == null) {
                event.target.listener.resynchronise();
            } else if (!event.registration.isClosed()) {
                event.target.listener.changed(event.path);
            }
        } catch (RuntimeException | Error e) {
            Thread current = Thread.currentThread();
            current.getUncaughtExceptionHandler().uncaughtException(current, e);
        }
    }

    /** Ends after what is being delivered; waits for that, but not for ever. */
    void close() throws InterruptedException {
        queue.close();
        Thread running;
        synchronized (this) {
            running = thread;
        }
        if (running != null && running != Thread.currentThread()) {
            running.join(PATIENCE_MILLIS);
        }
    }
}
