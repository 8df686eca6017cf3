package org.qubestools.core.libvirt;

import com.sun.jna.Callback;
import com.sun.jna.Pointer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.vmm.DomainEvent;

/**
 * What libvirt calls when something happens: one set for the whole process, never collected, since libvirt may still
 * call it while a subscription ends. Whom a call is for says its ticket, a number that libvirt carries as a pointer.
 */
final class EventCallbacks {
    /** {@code virConnectDomainEventCallback}. */
    interface Lifecycle extends Callback {
        int invoke(Pointer connection, Pointer domain, int event, int detail, Pointer ticket);
    }

    /** {@code virConnectDomainEventDeviceAddedCallback} and the one of a removed device. */
    interface DeviceChange extends Callback {
        void invoke(Pointer connection, Pointer domain, Pointer alias, Pointer ticket);
    }

    /** {@code virConnectCloseFunc}. */
    interface Closed extends Callback {
        void invoke(Pointer connection, int reason, Pointer ticket);
    }

    static final EventCallbacks INSTANCE = new EventCallbacks();

    private static final Map<Long, EventStream> STREAMS = new ConcurrentHashMap<>();
    private static final AtomicLong LAST_TICKET = new AtomicLong();

    private final NativeLibvirt libvirt = NativeLibvirt.load();
    private final Lifecycle lifecycle = (connection, domain, event, detail, ticket) -> {
        DomainEvent.Kind kind = EventWords.kind(event);
        tell(ticket, kind == null ? null : event(kind, domain, EventWords.detail(event, detail)));
        return 0;
    };
    private final DeviceChange deviceAdded = (connection, domain, alias, ticket) ->
            tell(ticket, event(DomainEvent.Kind.DEVICE_ADDED, domain, text(alias)));
    private final DeviceChange deviceRemoved = (connection, domain, alias, ticket) ->
            tell(ticket, event(DomainEvent.Kind.DEVICE_REMOVED, domain, text(alias)));
    private final Closed closed = (connection, reason, ticket) -> tell(ticket, DomainEvent.lost());

    private EventCallbacks() {}

    Lifecycle lifecycle() {
        return lifecycle;
    }

    DeviceChange deviceAdded() {
        return deviceAdded;
    }

    DeviceChange deviceRemoved() {
        return deviceRemoved;
    }

    Closed closed() {
        return closed;
    }

    /** The ticket for it. */
    static Pointer register(EventStream stream) {
        long ticket = LAST_TICKET.incrementAndGet();
        STREAMS.put(ticket, stream);
        return new Pointer(ticket);
    }

    /** False if it was forgotten before. */
    static boolean forget(Pointer ticket) {
        return STREAMS.remove(Pointer.nativeValue(ticket)) != null;
    }

    private static void tell(Pointer ticket, @Nullable DomainEvent event) {
        EventStream stream = STREAMS.get(Pointer.nativeValue(ticket));
        if (stream != null) {
            stream.tell(event);
        }
    }

    private DomainEvent event(DomainEvent.Kind kind, Pointer domain, String detail) {
        return new DomainEvent(kind, DomainNames.name(libvirt, domain), DomainNames.uuid(libvirt, domain), detail);
    }

    private static String text(@Nullable Pointer text) {
        return text == null ? "" : text.getString(0, "UTF-8");
    }
}
