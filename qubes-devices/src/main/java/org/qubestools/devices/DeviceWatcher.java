package org.qubestools.devices;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.runtime.ChangeFeed;
import org.qubestools.core.runtime.Happening;
import org.qubestools.core.vmm.DomainEvent;
import org.qubestools.qubesdb.QubesDbPath;

/**
 * Tells how a list of devices changes. Whatever happens - a VM resumes or stops, writes to its QubesDB that its
 * devices changed, or a connection was lost and is there again - means only that the list is made again and compared:
 * so nothing is missed, and events that come close together cost one list. For one thread.
 *
 * @param <E> what the list is of
 */
public final class DeviceWatcher<E extends ListEntry> {
    /** Written by a VM after each change of its block devices, and by whoever attaches one to it. */
    public static final List<QubesDbPath> BLOCK = List.of(new QubesDbPath("/qubes-block-devices"));

    /** The same for USB devices. */
    public static final List<QubesDbPath> USB = List.of(new QubesDbPath("/qubes-usb-devices"));

    private static final Duration QUIET = Duration.ofMillis(100);
    private static final int MOST_AT_ONCE = 50;
    private static final Duration LOOK_AT_HOST = Duration.ofSeconds(1);

    private final ChangeFeed feed;
    private final Supplier<List<E>> lister;
    private final Supplier<?> hostState;
    private Object lastHostState;
    private List<E> known;

    /**
     * Makes the first list.
     *
     * @param feed watches the paths of such a list; opened before, so that nothing is missed between; stays the caller's
     * @param lister makes the list anew
     * @param hostState something that changes with the devices of this host, which tells of no event; asked each second
     */
    public DeviceWatcher(ChangeFeed feed, Supplier<List<E>> lister, Supplier<?> hostState) {
        this.feed = feed;
        this.lister = lister;
        this.hostState = hostState;
        this.lastHostState = hostState.get();
        this.known = lister.get();
    }

    /** The list as it was made last. */
    public List<E> known() {
        return known;
    }

    /** Waits for {@code limit} at most for changes of the list; empty if there were none. */
    public List<DeviceChange<E>> next(Duration limit) throws InterruptedException {
        long rounds = Math.max(1, limit.toMillis() / LOOK_AT_HOST.toMillis());
        for (long round = 0; round < rounds; round++) {
            Optional<Happening> first = feed.next(limit.compareTo(LOOK_AT_HOST) < 0 ? limit : LOOK_AT_HOST);
            Object state = hostState.get();
            boolean hostChanged = !state.equals(lastHostState);
            lastHostState = state;
            if (hostChanged || (first.isPresent() && drain(concerns(first.get())))) {
                List<DeviceChange<E>> changes = listAgain();
                if (!changes.isEmpty()) {
                    return changes;
                }
            }
        }
        return List.of();
    }

    /** Takes what comes close behind; true if any of it concerns devices. */
    private boolean drain(boolean concerned) throws InterruptedException {
        boolean any = concerned;
        for (int i = 0; i < MOST_AT_ONCE; i++) {
            Optional<Happening> more = feed.next(QUIET);
            if (more.isEmpty()) {
                return any;
            }
            any |= concerns(more.get());
        }
        return any;
    }

    private static boolean concerns(Happening happening) {
        if (happening instanceof Happening.OfDomain domain) {
            DomainEvent.Kind kind = domain.event().kind();
            return kind == DomainEvent.Kind.RESUMED
                    || kind == DomainEvent.Kind.STOPPED
                    || kind == DomainEvent.Kind.DEVICE_ADDED
                    || kind == DomainEvent.Kind.DEVICE_REMOVED;
        }
        return !(happening instanceof Happening.OfGlobal);
    }

    private List<DeviceChange<E>> listAgain() {
        List<E> now;
        try {
            now = lister.get();
        } catch (QubesException e) {
            if (e.kind() == ErrorKind.VMM_UNREACHABLE) {
                return List.of(); // the feed tells when it is there again, and then the list is made
            }
            throw e;
        }
        List<DeviceChange<E>> changes = differences(known, now);
        known = now;
        return changes;
    }

    /** What differs: first what is gone, then the rest in the order of the list. */
    private List<DeviceChange<E>> differences(List<E> before, List<E> now) {
        Map<Object, E> old = byKey(before);
        Map<Object, E> present = byKey(now);
        List<DeviceChange<E>> changes = new ArrayList<>();
        for (E entry : old.values()) {
            if (!present.containsKey(entry.key())) {
                changes.add(new DeviceChange<>(DeviceChange.Kind.VANISHED, entry));
            }
        }
        for (E entry : present.values()) {
            E was = old.get(entry.key());
            if (was == null) {
                changes.add(new DeviceChange<>(DeviceChange.Kind.APPEARED, entry));
            } else {
                compare(was, entry, changes);
            }
        }
        return changes;
    }

    private void compare(E was, E is, List<DeviceChange<E>> changes) {
        if (!was.facts().equals(is.facts())) {
            changes.add(new DeviceChange<>(DeviceChange.Kind.CHANGED, is));
        }
        if (!was.place().equals(is.place())) {
            if (was.place().isPresent()) {
                changes.add(new DeviceChange<>(DeviceChange.Kind.DETACHED, was));
            }
            if (is.place().isPresent()) {
                changes.add(new DeviceChange<>(DeviceChange.Kind.ATTACHED, is));
            }
        }
    }

    private Map<Object, E> byKey(List<E> entries) {
        Map<Object, E> byKey = new LinkedHashMap<>();
        for (E entry : entries) {
            byKey.put(entry.key(), entry);
        }
        return byKey;
    }
}
