package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.qubestools.qubesdb.Background;
import org.qubestools.qubesdb.Deadline;

/** One thread that serves any number of channels, none of which it waits for. Idle, it does nothing at all. */
final class Loop implements AutoCloseable {
    /** Requests that one may have carried out in one turn if nobody else has any. */
    private static final int REQUESTS_OF_ONE = 64;
    /** Requests that several may have carried out in one turn, together: who has just one is not to wait for long. */
    private static final int REQUESTS_OF_MANY = 8;

    private final Selector selector;
    /** What other threads want done; guarded by itself. */
    private final Queue<FutureTask<?>> tasks = new ArrayDeque<>();
    /** No more tasks are taken; guarded by the tasks. */
    private boolean ended;

    private final TreeSet<Alarm> alarms = new TreeSet<>();
    /** Who has something to do in the next turn. */
    private final Set<Handler> waiting = new LinkedHashSet<>();
    /** Who has been told something by another one that has its turn. */
    private final Queue<Handler> told = new ArrayDeque<>();
    /** Who had its share and has more to do, or is costly: one of them has its turn each time. */
    private final Set<Handler> unfinished = new LinkedHashSet<>();

    private final Thread thread;
    private int share = REQUESTS_OF_ONE;
    private long alarmNumber;
    private volatile boolean closed;

    /** Who owns a channel. */
    interface Handler {
        /** The channel is ready for what it was registered for, or {@link #again} or {@link #later} was called. */
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

    /** Runs something in the loop, and waits for it: not for long, as nothing waits there. An interrupt does not end it. */
    <T> T call(Callable<T> task) throws IOException {
        FutureTask<T> future = new FutureTask<>(task);
        if (Thread.currentThread() == thread) {
            future.run();
        } else {
            synchronized (tasks) {
                if (ended) {
                    throw new IOException("the daemon has ended");
                }
                tasks.add(future);
            }
            selector.wakeup();
        }
        return result(future);
    }

    private static <T> T result(FutureTask<T> future) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            if (e.getCause() instanceof RuntimeException bug) {
                throw bug;
            }
            throw new IOException(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends the thread, after what it was asked to do before. Closing twice is safe. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        boolean interrupted = false;
        while (Thread.currentThread() != thread && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
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

    /** Has {@link Handler#ready} called in the next turn, which comes at once. */
    void again(Handler handler) {
        waiting.add(handler);
    }

    /** Has {@link Handler#ready} called as well, but not before those who have not asked for so much. */
    void later(Handler handler) {
        unfinished.add(handler);
    }

    /** Has {@link Handler#ready} called by {@link #serveTold}, in the next turn at the latest. */
    void tell(Handler handler) {
        told.add(handler);
    }

    /** Lets all have their turn that were told of something: before the answer to who caused it, who waits no longer. */
    void serveTold() {
        while (!told.isEmpty()) {
            serve(told.remove());
        }
    }

    /** Requests that one handler may carry out in this turn; then it is the next one's. */
    int share() {
        return share;
    }

    /** Gives the descriptors of channels that were closed back. From tasks only. */
    void release() throws IOException {
        selector.selectNow();
    }

    private void run() {
        try (Selector closing = selector) {
            while (!hasEnded()) {
                waitForSomething();
                runTasks();
                serveAll();
                runAlarms();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the selector itself: nothing can be served any more
        } finally {
            refuseTasks();
        }
    }

    private boolean hasEnded() {
        synchronized (tasks) {
            ended = closed && tasks.isEmpty();
            return ended;
        }
    }

    private void refuseTasks() {
        synchronized (tasks) {
            ended = true;
            tasks.forEach(task -> task.cancel(false));
        }
    }

    private void waitForSomething() throws IOException {
        long millis = alarms.isEmpty() ? 1 : alarms.first().time.millisLeft();
        if (!waiting.isEmpty() || !told.isEmpty() || !unfinished.isEmpty() || millis <= 0) {
            selector.selectNow();
        } else if (alarms.isEmpty()) {
            selector.select();
        } else {
            selector.select(millis);
        }
    }

    private void runTasks() {
        FutureTask<?> task = nextTask();
        while (task != null) {
            task.run();
            task = nextTask();
        }
    }

    private @Nullable FutureTask<?> nextTask() {
        synchronized (tasks) {
            return tasks.poll();
        }
    }

    private void serveAll() {
        serveTold();
        Set<SelectionKey> selected = selector.selectedKeys();
        if (selected.size() == 1 && waiting.isEmpty() && unfinished.isEmpty()) {
            Handler only = (Handler) selected.iterator().next().attachment();
            selected.clear();
            share = REQUESTS_OF_ONE;
            serve(only); // the usual case, of someone who waits for the answer
            return;
        }
        for (SelectionKey key : selected) {
            waiting.add((Handler) key.attachment());
        }
        selected.clear();
        if (!unfinished.isEmpty()) {
            Handler next = unfinished.iterator().next();
            unfinished.remove(next);
            waiting.add(next);
        }
        if (waiting.isEmpty()) {
            return;
        }
        List<Handler> turn = List.copyOf(waiting);
        waiting.clear();
        boolean alone = turn.size() == 1 && unfinished.isEmpty();
        share = alone ? REQUESTS_OF_ONE : Math.max(1, REQUESTS_OF_MANY / turn.size());
        turn.forEach(Loop::serve);
    }

    private static void serve(Handler handler) {
        try {
            handler.ready();
        } catch (CancelledKeyException e) {
            // Closed by what was served before it.
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            guarded(() -> handler.fail(e));
        }
    }

    private void runAlarms() {
        while (!alarms.isEmpty() && alarms.first().time.isReached()) {
            guarded(alarms.pollFirst().action);
        }
    }

    /** One channel, or a log that fails, must not end the service of all others. */
    private static void guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | OutOfMemoryError e) {
            // What failed has been closed, or is when its channel is used next; there is nobody else to tell.
        }
    }
}
