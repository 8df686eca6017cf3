package org.qubestools.core.runtime;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.QubesVm;
import org.qubestools.qubesdb.QubesDb;
import org.qubestools.qubesdb.QubesDbException;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.WatchListener;

/**
 * Watches in the databases of running VMs, each on a connection of its own. A daemon that is not there yet is tried again:
 * often for a minute, in which a VM starts, then now and then; what happened before it came so late is told as a gap.
 */
final class KeyWatches implements AutoCloseable {
    private static final long PAUSE_MILLIS = 500;
    private static final long OFTEN_MILLIS = 60_000;
    private static final long LONG_PAUSE_MILLIS = 10_000;

    private final VmDatabases databases;
    private final List<QubesDbPath> paths;
    private final SignalQueue queue;
    private final WaitTime time;
    private final Map<String, QubesDb> watched = new HashMap<>();
    private final Map<String, Attempt> wanted = new HashMap<>();

    /** A database that could not be reached yet; times of {@link WaitTime#millis}. */
    private record Attempt(QubesVm vm, long oftenUntil, long next) {}

    KeyWatches(VmDatabases databases, List<QubesDbPath> paths, SignalQueue queue, WaitTime time) {
        this.databases = databases;
        this.paths = paths;
        this.queue = queue;
        this.time = time;
    }

    /** Watches from now on, or as soon as there is a daemon; nothing if it is watched already. */
    void begin(QubesVm vm) throws InterruptedException {
        if (!paths.isEmpty() && !watched.containsKey(vm.name()) && !wanted.containsKey(vm.name())) {
            long now = time.millis();
            attempt(new Attempt(vm, now + OFTEN_MILLIS, now));
        }
    }

    /** Ends what {@link #begin} began; fine if that was never called. */
    void end(String vm) {
        wanted.remove(vm);
        QubesDb database = watched.remove(vm);
        if (database != null) {
            database.close();
        }
    }

    /** Ends all watches but those of these VMs. */
    void keepOnly(List<QubesVm> vms) {
        Set<String> others = new HashSet<>(watched.keySet());
        others.addAll(wanted.keySet());
        for (QubesVm vm : vms) {
            others.remove(vm.name());
        }
        others.forEach(this::end);
    }

    /** Milliseconds until {@link #retry} has something to do, at most {@code limit}. */
    long pause(long limit) {
        long pause = limit;
        for (Attempt attempt : wanted.values()) {
            pause = Math.min(pause, Math.max(0, attempt.next() - time.millis()));
        }
        return pause;
    }

    /** Tries those again whose time has come. */
    void retry() throws InterruptedException {
        long now = time.millis();
        for (Attempt attempt : List.copyOf(wanted.values())) {
            if (attempt.next() <= now) {
                attempt(attempt);
            }
        }
    }

    private void attempt(Attempt attempt) throws InterruptedException {
        String name = attempt.vm().name();
        wanted.remove(name);
        QubesDb database = databases.connect(attempt.vm());
        boolean watching = false;
        try {
            for (QubesDbPath path : paths) {
                database.watch(path, new Listener(name));
            }
            watched.put(name, database);
            watching = true;
            if (time.millis() >= attempt.oftenUntil()) {
                queue.put(new SignalQueue.Resynchronised(name));
            }
        } catch (QubesDbException e) {
            long now = time.millis();
            long pause = now < attempt.oftenUntil() ? PAUSE_MILLIS : LONG_PAUSE_MILLIS;
            wanted.put(name, new Attempt(attempt.vm(), attempt.oftenUntil(), now + pause));
        } finally {
            if (!watching) {
                database.close();
            }
        }
    }

    @Override
    public void close() {
        for (QubesDb database : watched.values()) {
            database.close();
        }
        watched.clear();
        wanted.clear();
    }

    /** Hands over what a database tells. */
    private final class Listener implements WatchListener {
        private final String vm;

        Listener(String vm) {
            this.vm = vm;
        }

        @Override
        public void changed(QubesDbPath untrustedPath) {
            queue.put(new SignalQueue.Key(vm, untrustedPath));
        }

        @Override
        public void resynchronise() {
            queue.put(new SignalQueue.Resynchronised(vm));
        }
    }
}
