package org.qubestools.qubesdb;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a client, one after the other, and the watches that go on over them. A new one is made when it is
 * needed: by a command, or in the background if there are watches.
 */
final class Session {
    private final Endpoint endpoint;
    private final QubesDbOptions options;
    private final ReentrantLock connecting = new ReentrantLock();
    private final Watches watches = new Watches();
    private final OfConnection ofConnection = new OfConnection();
    private final Reconnector reconnector;
    private final WatchThreads threads;
    private final AtomicReference<@Nullable Connection> current = new AtomicReference<>();
    /** The current connection, one that is being made, and those that have still to end; with the refreshes before it. */
    private final Map<Connection, Integer> alive = new ConcurrentHashMap<>();

    private final AtomicInteger refreshes = new AtomicInteger();
    private volatile boolean closed;
    /** True once there was a connection; guarded by {@link #connecting}. */
    private boolean known;

    /** What a connection asks, and is told of. No lambdas here: the first of a process, in each run of a tool, takes 0.5 ms. */
    private final class OfConnection implements Connection.Owner, BooleanSupplier {
        @Override
        public void lost(Connection connection) {
            Session.this.lost(connection);
        }

        @Override
        public void unread() {
            threads.wake();
        }

        @Override
        public boolean getAsBoolean() {
            return closed;
        }
    }

    /** What connects in the background. */
    private final class OfReconnector implements Reconnector.Attempts {
        @Override
        public boolean areNeeded() {
            return isMissed();
        }

        @Override
        public void attempt() throws InterruptedException {
            try {
                ready();
            } catch (QubesDbException | IllegalStateException e) {
                // Not yet; or the client was closed, and nobody misses the connection any more.
            }
        }
    }

    /** {@code threads}: who reads what nobody awaits. */
    Session(Endpoint endpoint, QubesDbOptions options, WatchThreads threads) {
        this.endpoint = endpoint;
        this.threads = threads;
        this.options = options;
        this.reconnector = new Reconnector(endpoint.name(), new OfReconnector());
    }

    // ---- commands

    /**
     * Sends requests of one kind at once and awaits their answers; a second time, on a new connection, where that is
     * allowed and theirs was lost.
     */
    List<Call> carryOut(Function<Connection, List<Call>> requests) throws QubesDbException, InterruptedException {
        Connection connection = ready();
        List<Call> calls = requests.apply(connection);
        boolean hangUpExpected = connection.isSuspect();
        if (hangUpExpected && calls.stream().anyMatch(call -> call.request().type() == MessageType.REMOVE)) {
            connection = proven(connection);
            calls = requests.apply(connection);
            hangUpExpected = false;
        }
        try {
            awaitAll(connection, calls);
            return calls;
        } catch (QubesDbDisconnectedException e) {
            if (closed || (!hangUpExpected && !calls.stream().allMatch(call -> call.mayRepeat(options)))) {
                throw e;
            }
        }
        connection = ready();
        List<Call> again = requests.apply(connection);
        awaitAll(connection, again);
        return again;
    }

    /**
     * A connection that the daemon has not hung up after its last answer: what must not be done twice is not sent before
     * that is known. No key has the name that is asked for.
     */
    private Connection proven(Connection connection) throws QubesDbException, InterruptedException {
        try {
            awaitAll(connection, List.of(new Call(Message.of(MessageType.READ, "/"))));
            return connection;
        } catch (QubesDbDisconnectedException e) {
            return ready();
        }
    }

    private void awaitAll(Connection connection, List<Call> calls) throws QubesDbException, InterruptedException {
        connection.send(calls);
        for (Call call : calls) {
            await(connection, call);
            call.answer();
        }
    }

    /** Waits for the answer of a call, which then has one; the connection ends if it takes too long. */
    private void await(Connection connection, Call call) throws InterruptedException {
        if (!connection.await(call, Deadline.nanos(options.replyTimeout()))) {
            connection.breakOff(new QubesDbTimeoutException("QubesDB of " + endpoint.name() + " did not answer within "
                    + options.replyTimeout().toMillis() / 1000.0 + " s"));
            connection.join();
        }
    }

    // ---- the connection

    /** A connection that can be used, as far as is known. */
    Connection ready() throws QubesDbException, InterruptedException {
        requireOpen();
        Connection connection = current.get();
        if (connection != null && connection.isUsable()) {
            return connection;
        }
        connecting.lockInterruptibly();
        try {
            return connected();
        } finally {
            connecting.unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this client of QubesDB is closed");
        }
    }

    /** Under {@link #connecting}. */
    private Connection connected() throws QubesDbException, InterruptedException {
        while (true) {
            requireOpen();
            Connection connection = current.get();
            if (connection != null && connection.isUsable()) {
                return connection;
            }
            int before = refreshes.get();
            try {
                return connect(before);
            } catch (QubesDbDisconnectedException e) {
                if (refreshes.get() == before) {
                    throw e;
                }
                // Dropped for a better one before it was of use.
            }
        }
    }

    private Connection connect(int refreshesBefore) throws QubesDbException, InterruptedException {
        if (options.offline()) {
            throw new QubesDbOfflineException(
                    "QubesDB of " + endpoint.name() + " is not asked in offline mode, which opens nothing");
        }
        Connection made =
                new Connection(endpoint.name(), endpoint.open(options.connectTimeout(), ofConnection), ofConnection);
        alive.put(made, refreshesBefore);
        if (made.isOver()) {
            alive.remove(made); // it may have been taken out before it was in
        }
        if (closed || refreshes.get() != refreshesBefore) {
            made.breakOff(dropped());
        }
        restoreWatches(made);
        current.set(made);
        threads.read(made);
        if (made.isOver()) {
            lost(made);
        }
        requireOpen();
        if (known) {
            watches.resynchronise();
        }
        known = true;
        return made;
    }

    private QubesDbDisconnectedException dropped() {
        String what = closed ? "the client of" : "the connection to";
        String end = closed ? "was closed" : "was dropped, to be made anew";
        return new QubesDbDisconnectedException(what + " QubesDB of " + endpoint.name() + " " + end);
    }

    /** A connection has ended; called by who ended it or read the end, whatever locks that holds. */
    private void lost(Connection connection) {
        alive.remove(connection);
        threads.forget(connection);
        if (current.compareAndSet(connection, null)) {
            reconnector.startSoon();
        } else {
            reconnector.start();
        }
    }

    /** True if there are watches but no connection. */
    private boolean isMissed() {
        return current.get() == null && !closed && !watches.isEmpty();
    }

    /** Drops the connection, if there is one; returns at once. */
    void refresh() {
        int since = refreshes.incrementAndGet();
        alive.forEach((connection, refreshesBefore) -> {
            if (refreshesBefore < since) { // not one that a repeated read has just made
                connection.breakOff(dropped());
            }
        });
        reconnector.startSoon();
    }

    /** Ends everything; returns at once. */
    void close() {
        closed = true;
        watches.close();
        for (Connection connection : alive.keySet()) {
            connection.breakOff(dropped());
        }
    }

    /** Waits for the threads to end, after {@link #close}. */
    void join() throws InterruptedException {
        for (Connection connection : alive.keySet()) {
            connection.join();
        }
        reconnector.join();
    }

    // ---- the watches

    /** Makes a watch on the connection there is, or on a new one. */
    void register(Registration registration) throws QubesDbException, InterruptedException {
        boolean complete = false;
        connecting.lockInterruptibly();
        try {
            carryOut(connection -> List.of(Watches.request(connection, registration)))
                    .get(0)
                    .accepted();
            complete = watches.add(registration);
        } finally {
            connecting.unlock();
            if (!complete) {
                registration.close(); // the daemon may have it all the same, or will
            }
        }
        requireOpen();
        reconnector.start(); // the connection may have been lost before there was a watch that missed it
    }

    /** Makes all watches on a new connection. One that this daemon refuses stays without events. */
    private void restoreWatches(Connection connection) throws QubesDbException, InterruptedException {
        boolean complete = false;
        try {
            awaitAll(connection, watches.requests(connection));
            complete = true;
        } finally {
            if (!complete) {
                connection.breakOff(new QubesDbDisconnectedException("the watches could not be made again"));
            }
        }
    }

    /** The registration is closed: the daemon is told, but not waited for. */
    void forget(Registration registration) {
        watches.remove(registration);
        alive.keySet().forEach(connection -> Watches.unwatch(connection, registration));
    }
}
