package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.qubestools.qubesdb.Background;
import org.qubestools.qubesdb.Deadline;

/** One thread that serves any number of channels, none of which it waits for. Idle, it does nothing at all. */
final class Loop implements AutoCloseable {
    private final Selector selector;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final TreeSet<Alarm> alarms = new TreeSet<>();
    private final Thread thread;
    private long alarmNumber;
    private volatile boolean closed;

    /** Who owns a channel. */
    interface Handler {
        /** The channel is ready for what it was registered for. */
        void ready() throws IOException;

        /** It failed, or {@link #ready} did: closes what belongs to it. */
        void fail(Throwable reason);
    }

    /** Something to be done later. For the thread of the loop. */
    final class Alarm implements Comparable<Alarm> {
        private final Deadline time;
        private final long number;
        private final Runnable action;

        private Alarm(Deadline time, long number, Runnable action) {
            this.time = time;
            this.number = number;
            this.action = action;
        }

        void cancel() {
            alarms.remove(this);
        }

        @Override
        public int compareTo(Alarm other) {
            int order = time.compareTo(other.time);
            return order == 0 ? Long.compare(number, other.number) : order;
        }
    }

    Loop(String name) throws IOException {
        this.selector = Selector.open();
        this.thread = Background.start(name, this::run);
    }

    // ---- from any thread

    /** Runs something in the loop, and waits for it. */
    <T> T call(Callable<T> task) throws IOException, InterruptedException {
        FutureTask<T> future = new FutureTask<>(task);
        if (Thread.currentThread() == thread) {
            future.run();
        } else {
            tasks.add(future);
            selector.wakeup();
            if (closed && !thread.isAlive()) {
                throw new IOException("the daemon has ended");
            }
        }
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            if (e.getCause() instanceof RuntimeException bug) {
                throw bug;
            }
            throw new IOException(e.getCause());
        }
    }

    /** Ends the thread, after what it was asked to do before. */
    @Override
    public void close() throws IOException, InterruptedException {
        closed = true;
        selector.wakeup();
        if (Thread.currentThread() != thread) {
            thread.join();
        }
    }

    // ---- in the loop

    SelectionKey register(SelectableChannel channel, int operations, Handler handler) throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, operations, handler);
    }

    Alarm alarm(long nanosFromNow, Runnable action) {
        Alarm alarm = new Alarm(Deadline.in(nanosFromNow), alarmNumber++, action);
        alarms.add(alarm);
        return alarm;
    }

    private void run() {
        try (Selector closing = selector) {
            while (!closed || !tasks.isEmpty()) {
                waitForSomething();
                runTasks();
                closing.selectedKeys().forEach(Loop::serve);
                closing.selectedKeys().clear();
                runAlarms();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the selector itself: nothing can be served any more
        }
    }

    private void waitForSomething() throws IOException {
        if (alarms.isEmpty()) {
            selector.select();
        } else {
            long millis = alarms.first().time.millisLeft();
            if (millis > 0) {
                selector.select(millis);
            } else {
                selector.selectNow();
            }
        }
    }

    private void runTasks() {
        Runnable task = tasks.poll();
        while (task != null) {
            task.run();
            task = tasks.poll();
        }
    }

    private void runAlarms() {
        while (!alarms.isEmpty() && alarms.first().time.isReached()) {
            alarms.pollFirst().action.run();
        }
    }

    @SuppressWarnings("IllegalCatch") // one channel must not end the service of all others
    private static void serve(SelectionKey key) {
        Handler handler = (Handler) key.attachment();
        try {
            if (key.isValid()) {
                handler.ready();
            }
        } catch (CancelledKeyException e) {
            // Closed by what was served before it.
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            handler.fail(e);
        }
    }
}
