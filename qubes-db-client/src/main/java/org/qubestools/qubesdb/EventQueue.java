package org.qubestools.qubesdb;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Events that wait for someone slow. Of more than {@link #LIMIT} equal ones become one; if more than half are left then,
 * so that this would be done again and again, all become notices that everything is to be read again.
 *
 * @param <E> an event; equal ones stand for each other
 */
final class EventQueue<E> {
    /** Most events that wait. */
    static final int LIMIT = 65_536;

    private final Deque<E> events = new ArrayDeque<>();
    private final Function<Collection<E>, Collection<E>> notices;
    private boolean closed;

    /** {@code notices}: what takes the place of these events, shorter than they are. */
    EventQueue(Function<Collection<E>, Collection<E>> notices) {
        this.notices = notices;
    }

    /** Appends an event; never waits. */
    synchronized void add(E event) {
        if (closed) {
            return;
        }
        events.add(event);
        if (events.size() > LIMIT) {
            shorten();
        }
        notifyAll();
    }

    private void shorten() {
        Set<E> merged = new LinkedHashSet<>(events);
        Collection<E> shorter = merged.size() <= LIMIT / 2 ? merged : notices.apply(merged);
        events.clear();
        events.addAll(shorter);
    }

    /** Waits for the next event until then; null if there is none, or the queue is closed and empty. */
    synchronized @Nullable E poll(long nanos) throws InterruptedException {
        Deadline end = Deadline.in(nanos);
        long left = end.millisLeft();
        while (events.isEmpty() && !closed && left > 0) {
            wait(left);
            left = end.millisLeft();
        }
        return events.poll();
    }

    /** Waits for the next event; null if the queue is closed and empty. */
    synchronized @Nullable E take() throws InterruptedException {
        while (events.isEmpty() && !closed) {
            wait();
        }
        return events.poll();
    }

    /** The next event, or null if there is none now. */
    synchronized @Nullable E next() {
        return events.poll();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Forgets what is there. */
    synchronized void clear() {
        events.clear();
    }

    /** Takes no more; what is there can still be had. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
