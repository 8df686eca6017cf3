package org.qubestools.qubesdb;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a client, one after the other, and the watches that go on over them. A new one is made when it is
 * needed: by a command, or in the background if there are watches.
 */
final class Session {
    private final Endpoint endpoint;
    private final QubesDbOptions options;
    private final ReentrantLock connecting = new ReentrantLock();
    private final List<Registration> registrations = new CopyOnWriteArrayList<>();
    private final Reconnector reconnector;

    private volatile @Nullable Connection current;
    private volatile boolean closed;
    /** True once there was a connection; guarded by {@link #connecting}. */
    private boolean known;

    Session(Endpoint endpoint, QubesDbOptions options) {
        this.endpoint = endpoint;
        this.options = options;
        this.reconnector = new Reconnector(endpoint.name(), this::isMissed, this::tryToConnect);
    }

    String name() {
        return endpoint.name();
    }

    // ---- the connection

    /** A connection that can be used, as far as is known. */
    Connection ready() throws QubesDbException, InterruptedException {
        Connection connection = current;
        if (connection != null && connection.isUsable() && !closed) {
            return connection;
        }
        connecting.lockInterruptibly();
        try {
            return connected();
        } finally {
            connecting.unlock();
        }
    }

    /** Under {@link #connecting}. */
    private Connection connected() throws QubesDbException, InterruptedException {
        requireOpen();
        Connection connection = current;
        if (connection != null && connection.isUsable()) {
            return connection;
        }
        if (options.offline()) {
            throw new QubesDbOfflineException(
                    "QubesDB of " + name() + " is not asked in offline mode, which opens nothing");
        }
        Connection made = new Connection(name(), endpoint.open(options.connectTimeout()), this::lost);
        restoreWatches(made);
        current = made;
        if (closed) {
            close();
            requireOpen();
        }
        if (known) {
            targets().forEach(WatchTarget::resynchronise);
        }
        known = true;
        return made;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this client of QubesDB is closed");
        }
    }

    /** Waits for the answer of a call, which then has one; the connection ends if it takes too long. */
    void await(Connection connection, Call call) throws InterruptedException {
        Duration limit = options.replyTimeout();
        if (!call.await(limit.toNanos())) {
            connection.breakOff(new QubesDbTimeoutException(
                    "QubesDB of " + name() + " did not answer within " + limit.toMillis() / 1000.0 + " s"));
            connection.join();
        }
    }

    /** A connection has ended; called by its reader. */
    private void lost(Connection connection) {
        if (current == connection) {
            current = null;
        }
        reconnector.start();
    }

    /** True if there are watches but no connection. */
    private boolean isMissed() {
        return current == null && !closed && !registrations.isEmpty();
    }

    private void tryToConnect() throws InterruptedException {
        try {
            ready();
        } catch (QubesDbException | IllegalStateException e) {
            // Not yet; or the client was closed, and nobody misses the connection any more.
        }
    }

    /** Drops the connection, if there is one; returns at once. */
    void refresh() {
        Connection connection = current;
        if (connection != null) {
            connection.breakOff(new QubesDbDisconnectedException(
                    "the connection to QubesDB of " + name() + " was dropped, to be made anew"));
        }
    }

    /** Ends everything, and waits for the threads. */
    void close() throws InterruptedException {
        closed = true;
        targets().forEach(WatchTarget::end);
        registrations.clear();
        Connection connection = current;
        if (connection != null) {
            connection.breakOff(new QubesDbDisconnectedException("the client of QubesDB of " + name() + " was closed"));
            connection.join();
        }
        reconnector.join();
    }

    // ---- the watches

    /** Makes a watch on the connection there is, or on a new one. */
    void register(Registration registration) throws QubesDbException, InterruptedException {
        connecting.lockInterruptibly();
        try {
            arm(registration);
            registrations.add(registration);
        } finally {
            connecting.unlock();
        }
        reconnector.start(); // the connection may have been lost before there was a watch that missed it
    }

    private void arm(Registration registration) throws QubesDbException, InterruptedException {
        try {
            arm(connected(), registration);
        } catch (QubesDbDisconnectedException e) {
            if (!options.repeatReads()) {
                throw e;
            }
            arm(connected(), registration);
        }
    }

    private void arm(Connection connection, Registration registration) throws QubesDbException, InterruptedException {
        Call call = watching(connection, registration);
        connection.send(List.of(call));
        await(connection, call);
        call.accepted();
    }

    private static Call watching(Connection connection, Registration registration) {
        String path = registration.path().text();
        return new Call(
                Message.of(MessageType.WATCH, path), () -> connection.router().add(registration));
    }

    /** Makes all watches on a new connection, in their order. One that this daemon refuses stays without events. */
    private void restoreWatches(Connection connection) throws QubesDbException, InterruptedException {
        List<Registration> all = List.copyOf(registrations);
        List<Call> calls = new ArrayList<>();
        all.forEach(registration -> calls.add(watching(connection, registration)));
        boolean complete = false;
        try {
            connection.send(calls);
            for (Call call : calls) {
                await(connection, call);
                call.answer();
            }
            complete = true;
        } finally {
            if (!complete) {
                connection.breakOff(new QubesDbDisconnectedException("the watches could not be made again"));
            }
        }
        for (Registration registration : all) {
            if (registration.isClosed()) {
                unwatch(connection, registration);
            }
        }
    }

    /** The registration is closed: the daemon is told, but not waited for. */
    void forget(Registration registration) {
        registrations.remove(registration);
        Connection connection = current;
        if (connection != null) {
            unwatch(connection, registration);
        }
    }

    private static void unwatch(Connection connection, Registration registration) {
        Message request = Message.of(MessageType.UNWATCH, registration.path().text());
        Call call = new Call(request, () -> connection.router().remove(registration));
        try {
            connection.send(List.of(call));
        } catch (QubesDbDisconnectedException e) {
            // The watch ended with the connection.
        }
    }

    private Set<WatchTarget> targets() {
        Set<WatchTarget> targets = new LinkedHashSet<>();
        registrations.forEach(registration -> targets.add(registration.target()));
        return targets;
    }
}
