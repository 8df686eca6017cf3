package org.qubestools.core.libvirt;

import com.sun.jna.Pointer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.vmm.DomainEvent;
import org.qubestools.core.vmm.DomainListener;
import org.qubestools.core.vmm.Subscription;

/**
 * Events for one listener, on a connection of its own: only a connection opened after the event loop began brings
 * events, and that costs whoever wants none.
 */
final class EventStream implements Subscription {
    private static final int LIFECYCLE = 0;
    private static final int DEVICE_REMOVED = 15;
    private static final int DEVICE_ADDED = 19;

    /** Signs of life that a daemon may leave out before the connection counts as lost. */
    private static final int KEEPALIVE_COUNT = 5;

    private final Connection connection;
    private final DomainListener listener;
    private final List<Integer> registrations = new ArrayList<>();
    private final Pointer ticket;

    /** Held while the listener is told, so that nothing is told after {@link #close} has returned. */
    private final Object telling = new Object();

    private boolean ended;

    private EventStream(Connection connection, DomainListener listener) {
        this.connection = connection;
        this.listener = listener;
        this.ticket = EventCallbacks.register(this);
    }

    static EventStream open(LibvirtOptions options, DomainListener listener) {
        startLoop(options.uri());
        Connection connection = Connection.open(options.uri(), options.limit());
        EventStream stream = new EventStream(connection, listener);
        boolean complete = false;
        try {
            connection.tell(
                    "watch for events", (libvirt, pointer) -> stream.registerAll(libvirt, pointer, options.limit()));
            complete = true;
            return stream;
        } finally {
            if (!complete) {
                stream.close();
            }
        }
    }

    private static void startLoop(String uri) {
        try {
            EventLoop.ensureStarted(NativeLibvirt.load());
        } catch (LibvirtFailure e) {
            throw new QubesException(ErrorKind.FAILED, "libvirt has no events: " + Words.of(e), null, e);
        } catch (LinkageError e) {
            throw OpeningErrors.noLibrary(uri, e);
        }
    }

    private void registerAll(NativeLibvirt libvirt, Pointer pointer, Duration limit) {
        EventCallbacks callbacks = EventCallbacks.INSTANCE;
        register(libvirt, pointer, LIFECYCLE, callbacks.lifecycle());
        ifSupported(() -> register(libvirt, pointer, DEVICE_ADDED, callbacks.deviceAdded()));
        ifSupported(() -> register(libvirt, pointer, DEVICE_REMOVED, callbacks.deviceRemoved()));
        ifSupported(() -> libvirt.number("virConnectRegisterCloseCallback", pointer, callbacks.closed(), ticket, null));
        int seconds = (int) Math.max(1, limit.toSeconds() / (KEEPALIVE_COUNT + 1));
        ifSupported(() -> libvirt.number("virConnectSetKeepAlive", pointer, seconds, KEEPALIVE_COUNT));
    }

    private void register(NativeLibvirt libvirt, Pointer pointer, int event, Object callback) {
        registrations.add(
                libvirt.number("virConnectDomainEventRegisterAny", pointer, null, event, callback, ticket, null));
    }

    /** Drivers inside this process are never lost, and not all of them know of devices. */
    private static void ifSupported(Runnable call) {
        try {
            call.run();
        } catch (LibvirtFailure e) {
            if (e.code() != LibvirtFailure.NO_SUPPORT) {
                throw e;
            }
        }
    }

    /** On the thread of the event loop. */
    void tell(@Nullable DomainEvent event) {
        synchronized (telling) {
            if (event != null && !ended) {
                ended = event.kind() == DomainEvent.Kind.LOST;
                listener.happened(event);
            }
        }
    }

    @Override
    public void close() {
        synchronized (telling) {
            ended = true;
        }
        if (!EventCallbacks.forget(ticket)) {
            return;
        }
        connection.closeAfter((libvirt, pointer) -> {
            for (int registration : registrations) {
                libvirt.plain("virConnectDomainEventDeregisterAny", pointer, registration);
            }
            // It holds the connection; where it was never taken this is an error of no interest.
            libvirt.plain("virConnectUnregisterCloseCallback", pointer, EventCallbacks.INSTANCE.closed());
        });
    }
}
