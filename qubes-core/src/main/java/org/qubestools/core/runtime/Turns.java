package org.qubestools.core.runtime;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.qubestools.core.model.QubesVm;

/**
 * Keeps the starts of one process apart where they meet: what two of them need or change is one's turn after the other. A
 * thread may take a turn that it has once more.
 *
 * <p>Whoever has the turn of a VM takes, besides, only those of VMs that it gets its network or its images from, and those of
 * {@link Shared} last; none of these leads back, so nobody waits in a circle. Waiting for a turn cannot be interrupted: who
 * has it asks itself whether it shall end.
 */
final class Turns {
    /** What is not the matter of one VM. */
    enum Shared {
        /** The store, while a VM gets its identity. */
        STORE,
        /** The daemon that serves the databases, which the first start of all may have to start. */
        DATABASES
    }

    /** The right to go on, until it is closed by the thread that took it. */
    interface Turn extends AutoCloseable {
        @Override
        void close();
    }

    private final Map<Object, ReentrantLock> locks = new HashMap<>();

    /** The turn to start a VM, or to change what a running one is told of others; waits for it. */
    Turn on(QubesVm vm) {
        return taken(vm.key());
    }

    /** The turn to use one of the things that all share; waits for it. */
    Turn on(Shared thing) {
        return taken(thing);
    }

    private Turn taken(Object key) {
        ReentrantLock lock;
        synchronized (locks) {
            lock = locks.computeIfAbsent(key, ignored -> new ReentrantLock());
        }
        lock.lock();
        return lock::unlock;
    }
}
