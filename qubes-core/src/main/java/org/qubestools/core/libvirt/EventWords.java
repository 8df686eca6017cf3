package org.qubestools.core.libvirt;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.vmm.DomainEvent.Kind;

/** Libvirt's numbers for what happens in the life of a domain. */
final class EventWords {
    /** In the order of {@code virDomainEventType}. */
    private static final List<Kind> KINDS = List.of(
            Kind.DEFINED,
            Kind.UNDEFINED,
            Kind.STARTED,
            Kind.SUSPENDED,
            Kind.RESUMED,
            Kind.STOPPED,
            Kind.SHUTDOWN,
            Kind.PMSUSPENDED,
            Kind.CRASHED);

    /** The words of each, in the order of its {@code ...DetailType}. */
    private static final List<List<String>> DETAILS = List.of(
            List.of("added", "updated", "renamed", "from-snapshot"),
            List.of("removed", "renamed"),
            List.of("booted", "migrated", "restored", "from-snapshot", "wakeup"),
            List.of(
                    "paused",
                    "migrated",
                    "ioerror",
                    "watchdog",
                    "restored",
                    "from-snapshot",
                    "api-error",
                    "postcopy",
                    "postcopy-failed"),
            List.of("unpaused", "migrated", "from-snapshot", "postcopy", "postcopy-failed"),
            List.of("shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from-snapshot"),
            List.of("finished", "guest", "host"),
            List.of("memory", "disk"),
            List.of("panicked", "crashloaded"));

    private EventWords() {}

    /** Null for one that a newer libvirt has invented. */
    static @Nullable Kind kind(int event) {
        return event >= 0 && event < KINDS.size() ? KINDS.get(event) : null;
    }

    /** Empty for one that a newer libvirt has invented. */
    static String detail(int event, int detail) {
        if (kind(event) == null) {
            return "";
        }
        List<String> words = DETAILS.get(event);
        return detail >= 0 && detail < words.size() ? words.get(detail) : "";
    }
}
