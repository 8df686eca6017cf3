package org.qubestools.core.libvirt;

import com.sun.jna.Pointer;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.vmm.DomainKey;

/**
 * An open connection to libvirt: all calls on it, each within the limit of time, their failures in words for a user. Safe for
 * several threads; libvirt closes it when the last call on it has ended.
 */
final class Connection implements AutoCloseable {
    private static final Duration CLOSING = Duration.ofSeconds(2);

    /** Work on one domain, whose handle is freed after it. */
    interface DomainCall<T> {
        T on(NativeLibvirt libvirt, Pointer domain);
    }

    /** Work on the connection. */
    interface Call<T extends @Nullable Object> {
        T on(NativeLibvirt libvirt, Pointer connection);
    }

    /** The same without an answer. */
    interface Order {
        void on(NativeLibvirt libvirt, Pointer connection);
    }

    /** A call for the thread that makes it. No lambda, as below: the first use of each takes longer than such a call. */
    private record Using<T extends @Nullable Object>(Connection connection, Call<T> work)
            implements LimitedCalls.Call<T> {
        @Override
        public T call() {
            return connection.used(work);
        }
    }

    /** The daemon answers this at once, whatever its drivers do. */
    private record SignOfLife(Connection connection) implements Runnable {
        @Override
        public void run() {
            connection.used((lib, pointer) -> lib.number("virConnectGetLibVersion", pointer, new byte[Long.BYTES]));
        }
    }

    private record Opening(NativeLibvirt libvirt, String uri) implements LimitedCalls.Call<Pointer> {
        @Override
        public Pointer call() {
            return libvirt.pointer("virConnectOpen", uri);
        }
    }

    private record Closing(Connection connection, @Nullable Order last) implements LimitedCalls.Call<Integer> {
        @Override
        public Integer call() {
            connection.awaitUnused();
            if (last != null) {
                last.on(connection.libvirt, connection.pointer);
            }
            return connection.libvirt.plain("virConnectClose", connection.pointer);
        }
    }

    private final String uri;
    private final NativeLibvirt libvirt;
    private final LimitedCalls calls;
    private final Pointer pointer;
    private boolean closed;
    private int users;

    private Connection(String uri, NativeLibvirt libvirt, LimitedCalls calls, Pointer pointer) {
        this.uri = uri;
        this.libvirt = libvirt;
        this.calls = calls;
        this.pointer = pointer;
    }

    /** VMM_UNREACHABLE naming the URI if that fails, or is not done within {@code limit}. */
    static Connection open(String uri, Duration limit) {
        try {
            return open(NativeLibvirt.load(), uri, limit);
        } catch (LinkageError e) {
            throw OpeningErrors.noLibrary(uri, e);
        }
    }

    /** The same through a library that is loaded. */
    static Connection open(NativeLibvirt libvirt, String uri, Duration limit) {
        LimitedCalls calls = new LimitedCalls(uri, limit);
        try {
            return new Connection(uri, libvirt, calls, calls.make(new Opening(libvirt, uri)));
        } catch (LibvirtFailure e) {
            throw OpeningErrors.refused(uri, e);
        }
    }

    /** False once the connection is lost. One that does not answer is not lost: it may answer again. */
    boolean isAlive() {
        if (!enter()) {
            return false;
        }
        try {
            return calls.isStuck() || libvirt.plain("virConnectIsAlive", pointer) == 1;
        } finally {
            leave();
        }
    }

    /** To be left by the same thread; false if it is closed. A caller who gives up a call does not end that. */
    private synchronized boolean enter() {
        if (!closed) {
            users++;
        }
        return !closed;
    }

    private synchronized void leave() {
        users--;
        notifyAll();
    }

    private synchronized void awaitUnused() {
        while (users > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IllegalStateException("a thread of ours that nobody interrupts", e);
            }
        }
    }

    private <T extends @Nullable Object> T used(Call<T> call) {
        if (!enter()) {
            throw new QubesException(
                    ErrorKind.VMM_UNREACHABLE,
                    "the connection to " + uri + " was closed",
                    "another call on it found that it is lost");
        }
        try {
            return call.on(libvirt, pointer);
        } finally {
            leave();
        }
    }

    /**
     * Makes a call; a LibvirtFailure of its becomes FAILED or VMM_UNREACHABLE.
     *
     * @param doing what it is for, as a phrase that continues {@code cannot}
     */
    <T extends @Nullable Object> T ask(String doing, Call<T> call) {
        try {
            return calls.make(new Using<>(this, call), new SignOfLife(this));
        } catch (LibvirtFailure e) {
            throw failed(doing, e);
        }
    }

    void tell(String doing, Order order) {
        ask(doing, (lib, connection) -> {
            order.on(lib, connection);
            return true;
        });
    }

    private QubesException failed(String doing, LibvirtFailure e) {
        if (!isAlive()) {
            return new QubesException(
                    ErrorKind.VMM_UNREACHABLE,
                    "the connection to " + uri + " was lost: " + Words.of(e),
                    "see whether libvirt's daemon runs",
                    e);
        }
        return Words.failed(doing, e);
    }

    /** Looks a domain up and makes a call on it; empty if there is no such domain, also if it vanishes meanwhile. */
    <T> Optional<T> onDomain(String doing, DomainKey key, DomainCall<T> call) {
        return ask(doing, (lib, connection) -> {
            try {
                return onFound(lib, connection, key, call);
            } catch (LibvirtFailure e) {
                if (e.code() == LibvirtFailure.NO_DOMAIN) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    private static <T> Optional<T> onFound(NativeLibvirt lib, Pointer connection, DomainKey key, DomainCall<T> call) {
        Pointer domain = DomainNames.lookUp(lib, connection, key);
        try {
            return Optional.of(call.on(lib, domain));
        } finally {
            lib.plain("virDomainFree", domain);
        }
    }

    @Override
    public void close() {
        end(null);
    }

    /** Closes it when {@code order} is done, whose failures are of no interest. */
    void closeAfter(Order order) {
        end(order);
    }

    private void end(@Nullable Order order) {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        if (!calls.isStuck()) {
            try {
                new LimitedCalls(uri, CLOSING).make(new Closing(this, order));
            } catch (QubesException e) {
                // A daemon that does not answer must not keep anybody from ending.
                if (e.kind() != ErrorKind.VMM_UNREACHABLE && e.kind() != ErrorKind.CANCELLED) {
                    throw e;
                }
            }
        }
    }
}
