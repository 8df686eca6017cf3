package org.qubestools.qubesdb;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A watch stream with a queue of its own. */
final class QueuedWatchStream implements WatchStream, WatchTarget {
    private final EventQueue<Event> queue = new EventQueue<>(events -> List.of(new Resynchronise()));
    private final List<Registration> registrations = new ArrayList<>();

    synchronized void add(Registration registration) {
        registrations.add(registration);
    }

    @Override
    public void changed(Registration registration, QubesDbPath untrustedPath) {
        queue.add(new Changed(untrustedPath));
    }

    @Override
    public void resynchronise(List<Registration> all) {
        queue.add(new Resynchronise());
    }

    @Override
    public void end() {
        queue.close();
    }

    @Override
    public Optional<Event> next() throws InterruptedException {
        return Optional.ofNullable(queue.take());
    }

    @Override
    public Optional<Event> next(Duration limit) throws InterruptedException {
        @Nullable Event event = queue.poll(Deadline.nanos(limit));
        return Optional.ofNullable(event);
    }

    @Override
    public boolean isClosed() {
        return queue.isClosed();
    }

    @Override
    public void close() {
        List<Registration> all;
        synchronized (this) {
            all = List.copyOf(registrations);
            registrations.clear();
        }
        queue.close();
        all.forEach(Registration::close);
    }
}
