package org.qubestools.core.runtime;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.vmm.DomainEvent;
import org.qubestools.qubesdb.QubesDbPath;

/**
 * What the sources of a {@link ChangeFeed} told and nobody took yet, in order. When too much waits, what comes is dropped
 * until the {@link Overflow} that says so has been taken. Safe for use from several threads.
 */
final class SignalQueue {
    /** What a source tells. */
    sealed interface Signal {}

    /** What the VMM said; {@link DomainEvent.Kind#LOST} too. */
    record Domain(DomainEvent event) implements Signal {}

    /** The store's file was written or replaced. */
    record StoreTouched() implements Signal {}

    /** A key changed in a VM's database. */
    record Key(String vm, QubesDbPath untrustedPath) implements Signal {}

    /** A VM's database may have changed in any way. */
    record Resynchronised(String vm) implements Signal {}

    /** Anything may have happened. */
    record Overflow() implements Signal {}

    private final int capacity;
    private final Deque<Signal> waiting = new ArrayDeque<>();
    private boolean dropping;

    /**
     * An empty queue.
     *
     * @param capacity how many may wait
     */
    SignalQueue(int capacity) {
        this.capacity = capacity;
    }

    synchronized void put(Signal signal) {
        if (dropping) {
            return;
        }
        dropping = waiting.size() == capacity;
        waiting.add(dropping ? new Overflow() : signal);
        notifyAll();
    }

    synchronized boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Waits for the next at most so long; null if there is none. */
    synchronized @Nullable Signal take(long millis) throws InterruptedException {
        long end = WaitTime.SYSTEM.millis() + millis;
        while (waiting.isEmpty()) {
            long left = end - WaitTime.SYSTEM.millis();
            if (left <= 0) {
                return null;
            }
            wait(left);
        }
        Signal next = waiting.remove();
        if (next instanceof Overflow) {
            dropping = false;
        }
        return next;
    }
}
