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
 * Tells how the list of block devices changes. Whatever happens - a VM resumes or stops, writes to its QubesDB that its
 * devices changed, or a connection was lost and is there again - means only that the list is made again and compared:
 * so nothing is missed, and events that come close together cost one list. For one thread.
 */
public final class DeviceWatcher {
    /** Written by a VM after each change of its devices, and by whoever attaches one to it. */
    public static final List<QubesDbPath> PATHS = List.of(new QubesDbPath("/qubes-block-devices"));

    private static final Duration QUIET = Duration.ofMillis(100);
    private static final int MOST_AT_ONCE = 50;
    private static final Duration LOOK_AT_HOST = Duration.ofSeconds(1);

    private final ChangeFeed feed;
    private final Supplier<BlockListing> lister;
    private final Supplier<?> hostState;
    private Object lastHostState;
    private BlockListing known;

    /**
     * Makes the first list.
     *
     * @param feed watches {@link #PATHS}; opened before, so that nothing is missed between; stays the caller's
     * @param lister makes the list anew
     * @param hostState something that changes with the devices of this host, which tells of no event; asked each second
     */
    public DeviceWatcher(ChangeFeed feed, Supplier<BlockListing> lister, Supplier<?> hostState) {
        this.feed = feed;
        this.lister = lister;
        this.hostState = hostState;
        this.lastHostState = hostState.get();
        this.known = lister.get();
    }

    /** The list as it was made last. */
    public BlockListing known() {
        return known;
    }

    /** Waits for {@code limit} at most for changes of the list; empty if there were none. */
    public List<BlockChange> next(Duration limit) throws InterruptedException {
        long rounds = Math.max(1, limit.toMillis() / LOOK_AT_HOST.toMillis());
        for (long round = 0; round < rounds; round++) {
            Optional<Happening> first = feed.next(limit.compareTo(LOOK_AT_HOST) < 0 ? limit : LOOK_AT_HOST);
            Object state = hostState.get();
            boolean hostChanged = !state.equals(lastHostState);
            lastHostState = state;
            if (hostChanged || (first.isPresent() && drain(concerns(first.get())))) {
                List<BlockChange> changes = listAgain();
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

    private List<BlockChange> listAgain() {
        BlockListing now;
        try {
            now = lister.get();
        } catch (QubesException e) {
            if (e.kind() == ErrorKind.VMM_UNREACHABLE) {
                return List.of(); // the feed tells when it is there again, and then the list is made
            }
            throw e;
        }
        List<BlockChange> changes = differences(known, now);
        known = now;
        return changes;
    }

    /** What differs: first what is gone, then the rest in the order of the list. */
    static List<BlockChange> differences(BlockListing before, BlockListing now) {
        Map<BlockDeviceRef, BlockListing.Listed> old = byRef(before);
        Map<BlockDeviceRef, BlockListing.Listed> present = byRef(now);
        List<BlockChange> changes = new ArrayList<>();
        for (BlockListing.Listed listed : old.values()) {
            if (!present.containsKey(listed.device().ref())) {
                changes.add(new BlockChange(BlockChange.Kind.VANISHED, listed));
            }
        }
        for (BlockListing.Listed listed : present.values()) {
            BlockListing.Listed was = old.get(listed.device().ref());
            if (was == null) {
                changes.add(new BlockChange(BlockChange.Kind.APPEARED, listed));
            } else {
                compare(was, listed, changes);
            }
        }
        return changes;
    }

    private static void compare(BlockListing.Listed was, BlockListing.Listed is, List<BlockChange> changes) {
        if (!was.device().equals(is.device())) {
            changes.add(new BlockChange(BlockChange.Kind.CHANGED, is));
        }
        if (!place(was).equals(place(is))) {
            if (was.attachment().isPresent()) {
                changes.add(new BlockChange(BlockChange.Kind.DETACHED, was));
            }
            if (is.attachment().isPresent()) {
                changes.add(new BlockChange(BlockChange.Kind.ATTACHED, is));
            }
        }
    }

    private static String place(BlockListing.Listed listed) {
        return listed.attachment()
                .map(attachment -> attachment.vm() + " " + attachment.frontend())
                .orElse("");
    }

    private static Map<BlockDeviceRef, BlockListing.Listed> byRef(BlockListing listing) {
        Map<BlockDeviceRef, BlockListing.Listed> byRef = new LinkedHashMap<>();
        for (BlockListing.Listed listed : listing.devices()) {
            byRef.put(listed.device().ref(), listed);
        }
        return byRef;
    }
}
