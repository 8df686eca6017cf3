package org.qubestools.core.runtime;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.StoreDifference;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.runtime.Happening.Source;
import org.qubestools.core.vmm.DomainEvent;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.LazyVmm;
import org.qubestools.core.vmm.Subscription;
import org.qubestools.qubesdb.QubesDbPath;

/**
 * All that happens to the VMs of this host, as one sequence: to their domains, to the store, and to keys in their
 * databases. Nothing is dropped without a {@link Happening.Gap}. A lost connection to the VMM is made again, as often as
 * needed. For one thread.
 */
public final class ChangeFeed implements AutoCloseable {
    private static final int CAPACITY = 10_000;
    private static final long RECONNECT_MILLIS = 1000;
    private static final long LONGEST_WAIT_MILLIS = 60_000;

    private final LazyVmm vmm;
    private final Supplier<VmCollection> store;
    private final SignalQueue queue;
    private final KeyWatches keys;
    private final StoreWatch storeWatch;
    private final Deque<Happening> ready = new ArrayDeque<>();
    private VmCollection known;
    private @Nullable Subscription subscription;
    private volatile boolean lost;
    private long nextConnect;

    private ChangeFeed(
            LazyVmm vmm, Supplier<VmCollection> store, Path storeFile, VmDatabases databases, Options options) {
        this.vmm = vmm;
        this.store = store;
        this.queue = new SignalQueue(options.capacity());
        this.keys = new KeyWatches(databases, options.paths(), queue, WaitTime.SYSTEM);
        this.storeWatch = new StoreWatch(storeFile, () -> queue.put(new SignalQueue.StoreTouched()));
        this.known = store.get();
    }

    /**
     * What is wanted of a feed.
     *
     * @param paths of the databases of running VMs: a key, or with a slash at the end all below; none for no databases
     * @param capacity how much may wait to be taken
     */
    public record Options(List<QubesDbPath> paths, int capacity) {
        public Options {
            paths = List.copyOf(paths);
        }

        public static Options of(List<QubesDbPath> paths) {
            return new Options(paths, CAPACITY);
        }
    }

    /**
     * A feed of all that happens from now on.
     *
     * @param vmm stays the caller's
     * @param store reads the store; STORE_CORRUPT and STORE_MISSING become gaps
     * @param storeFile where that is
     * @throws QubesException VMM_UNREACHABLE, OFFLINE, or what {@code store} throws
     */
    public static ChangeFeed open(
            LazyVmm vmm, Supplier<VmCollection> store, Path storeFile, VmDatabases databases, Options options)
            throws InterruptedException {
        ChangeFeed feed = new ChangeFeed(vmm, store, storeFile, databases, options);
        boolean opened = false;
        try {
            feed.subscribe();
            opened = true;
            return feed;
        } finally {
            if (!opened) {
                feed.close();
            }
        }
    }

    /** Waits so long for what happened next; empty if nothing did. */
    public Optional<Happening> next(Duration limit) throws InterruptedException {
        long end = WaitTime.SYSTEM.millis() + Math.min(limit.toMillis(), Long.MAX_VALUE / 2);
        while (true) {
            if (!ready.isEmpty()) {
                return Optional.of(ready.remove());
            }
            if (lost && queue.isEmpty()) { // what waits is older than what a new connection finds
                reconnect();
            }
            keys.retry();
            long left = Math.max(0, end - WaitTime.SYSTEM.millis());
            SignalQueue.Signal signal = ready.isEmpty() ? queue.take(keys.pause(untilReconnect(left))) : null;
            if (signal != null) {
                take(signal);
            } else if (left == 0 && ready.isEmpty()) {
                return Optional.empty();
            }
        }
    }

    private long untilReconnect(long left) {
        long pause = Math.min(left, LONGEST_WAIT_MILLIS);
        return lost ? Math.min(pause, Math.max(0, nextConnect - WaitTime.SYSTEM.millis())) : pause;
    }

    private void take(SignalQueue.Signal signal) throws InterruptedException {
        if (signal instanceof SignalQueue.Domain domain) {
            takeDomain(domain.event());
        } else if (signal instanceof SignalQueue.StoreTouched) {
            takeStore();
        } else if (signal instanceof SignalQueue.Key key) {
            ready.add(new Happening.OfKey(key.vm(), key.untrustedPath()));
        } else if (signal instanceof SignalQueue.Resynchronised again) {
            ready.add(new Happening.Gap(Source.QUBESDB, again.vm(), "connected anew"));
        } else {
            ready.add(new Happening.Gap(null, null, "more happened than was taken"));
            takeStore();
            if (!lost) {
                watchRunning();
            }
        }
    }

    private void takeDomain(DomainEvent event) throws InterruptedException {
        switch (event.kind()) {
            case LOST -> {
                lost = true;
                ready.add(new Happening.Gap(Source.DOMAINS, null, "the connection is lost"));
                return;
            }
            case RESUMED -> {
                QubesVm vm = known.byName(event.name());
                if (vm != null) {
                    keys.begin(vm);
                }
            }
            case STOPPED -> keys.end(event.name());
            default -> {}
        }
        ready.add(new Happening.OfDomain(event));
    }

    private void takeStore() {
        VmCollection before = known;
        try {
            known = store.get();
        } catch (QubesException e) {
            ready.add(new Happening.Gap(Source.STORE, null, String.valueOf(e.getMessage())));
            return;
        }
        StoreDifference difference = StoreDifference.between(before, known);
        difference.vms().forEach(change -> ready.add(new Happening.OfStoredVm(change)));
        difference.globals().forEach(change -> ready.add(new Happening.OfGlobal(change)));
    }

    private void subscribe() throws InterruptedException {
        lost = false;
        subscription = vmm.subscribe(event -> {
            queue.put(new SignalQueue.Domain(event));
            if (event.kind() == DomainEvent.Kind.LOST) {
                lost = true; // the queue may have dropped it
            }
        });
        watchRunning();
    }

    /** Watches the databases of what runs now, and no others. */
    private void watchRunning() throws InterruptedException {
        List<QubesVm> running = new ArrayList<>();
        running.add(known.dom0());
        for (DomainSnapshot domain : vmm.domains()) {
            QubesVm vm = domain.active() ? known.byName(domain.name()) : null;
            if (vm != null && vm.qid() != 0) {
                running.add(vm);
            }
        }
        keys.keepOnly(running);
        for (QubesVm vm : running) {
            keys.begin(vm);
        }
    }

    private void reconnect() throws InterruptedException {
        if (WaitTime.SYSTEM.millis() < nextConnect) {
            return;
        }
        nextConnect = WaitTime.SYSTEM.millis() + RECONNECT_MILLIS;
        try {
            closeSubscription();
            subscribe();
            ready.add(new Happening.Gap(Source.DOMAINS, null, "connected anew"));
        } catch (QubesException e) {
            if (e.kind() != ErrorKind.VMM_UNREACHABLE) {
                throw e;
            }
            lost = true;
        }
    }

    private void closeSubscription() {
        if (subscription != null) {
            subscription.close();
            subscription = null;
        }
    }

    @Override
    public void close() {
        try {
            closeSubscription();
        } finally {
            keys.close();
            storeWatch.close();
        }
    }
}
