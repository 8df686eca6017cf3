package org.qubestools.qubesdb;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The two threads of a client that watches: one waits for the connection, one calls listeners. The one that has read an
 * event calls the listener itself and leaves the reading to the other, so that no event waits for a thread to wake up; a
 * listener that takes its time keeps nobody from reading. There is one thread until the other is needed.
 */
final class WatchThreads {
    private static final long PATIENCE_MILLIS = 1000;

    private final String name;
    private final ListenerQueue queue = new ListenerQueue(new Arrival());
    private final List<Thread> threads = new ArrayList<>(0);
    private @Nullable Connection connection;
    private boolean delivering;
    private boolean closed;
    /** Who waits for the connection. */
    private volatile @Nullable Thread reader;

    /** An event was added. A class, not a lambda: it is made in every run of a tool. */
    private final class Arrival implements Runnable {
        @Override
        public void run() {
            if (Thread.currentThread() != reader) { // which sees to it when it has read all that there is
                arrived();
            }
        }
    }

    /** {@code name}: of the domain, for people. */
    WatchThreads(String name) {
        this.name = name;
    }

    WatchTarget target(WatchListener listener) {
        return queue.target(listener);
    }

    /** There is a watch, so somebody must read. Does nothing if that was said before. */
    synchronized void start() {
        if (threads.isEmpty() && !closed) {
            begin();
        }
    }

    private void begin() {
        threads.add(Background.start("qubesdb-watch " + name, this::work));
    }

    /** This is the connection from now on. */
    synchronized void read(Connection current) {
        connection = current;
        wake();
    }

    /** It is over. */
    synchronized void forget(Connection over) {
        if (connection == over) {
            connection = null;
        }
    }

    private synchronized void arrived() {
        if (reader != null) {
            beginOther();
        }
        notifyAll();
    }

    /** Somebody else is needed than the one thread there may be. */
    private void beginOther() {
        if (threads.size() == 1 && !closed) {
            begin();
        }
    }

    /** Nobody reads any more. */
    synchronized void wake() {
        notifyAll();
    }

    // ---- the threads

    /** An event to be delivered, or else a connection to be read; nothing at the end. */
    private record Work(
            ListenerQueue.@Nullable Event event, @Nullable Connection connection) {}

    private void work() {
        Work work = nextWork();
        while (work.event != null || work.connection != null) {
            ListenerQueue.Event event = work.connection == null ? work.event : readUntilEvent(work.connection);
            if (event != null) {
                ListenerQueue.deliver(event);
                hasDelivered();
            }
            work = nextWork();
        }
    }

    private Work nextWork() {
        while (true) {
            try {
                return awaitWork();
            } catch (InterruptedException e) {
                // By a listener, and meant for itself: this thread serves the others too.
            }
        }
    }

    private synchronized Work awaitWork() throws InterruptedException {
        Work work = findWork();
        while (work == null) {
            wait();
            work = findWork();
        }
        return work;
    }

    /** Under the lock. */
    private @Nullable Work findWork() {
        ListenerQueue.Event event = eventToDeliver();
        if (event != null || closed) {
            return new Work(event, null);
        }
        Connection free = connection;
        if (free == null || !free.takeTurn()) {
            return null;
        }
        reader = Thread.currentThread();
        return new Work(null, free);
    }

    private synchronized void hasDelivered() {
        delivering = false;
    }

    /** Nothing, if another thread is delivering one: they come one after the other. */
    private synchronized ListenerQueue.@Nullable Event eventToDeliver() {
        ListenerQueue.Event event = delivering ? null : queue.next();
        if (event != null) {
            delivering = true;
            beginOther(); // to read meanwhile
        }
        return event;
    }

    /** Null if the connection is over. */
    private ListenerQueue.@Nullable Event readUntilEvent(Connection own) {
        ListenerQueue.Event event = null;
        boolean more = true;
        while (more && event == null) {
            Thread.interrupted(); // as above
            more = own.readOnce(Connection.FOR_EVER);
            event = eventToDeliver();
        }
        reader = null;
        own.passTurn();
        return event;
    }

    // ---- the end

    /** Delivers no more events, and lets the threads end. */
    void close() {
        queue.close();
        synchronized (this) {
            closed = true;
            notifyAll();
        }
    }

    /** Waits for what is being delivered, but not for ever, and not if the caller is that. */
    void join() throws InterruptedException {
        List<Thread> all;
        synchronized (this) {
            all = List.copyOf(threads);
        }
        for (Thread thread : all) {
            if (thread != Thread.currentThread()) {
                thread.join(PATIENCE_MILLIS);
            }
        }
    }
}
