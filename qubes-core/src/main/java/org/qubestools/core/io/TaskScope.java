package org.qubestools.core.io;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several tasks at once: the first failure interrupts all others and the owner, and no task outlives the scope.
 *
 * <p>A task that must wait does so interruptibly. The scope belongs to the thread that made it, which alone may fork,
 * join and close.
 */
public final class TaskScope implements AutoCloseable {
    private final List<Thread> threads = new ArrayList<>();
    private final Thread owner = Thread.currentThread();
    private @Nullable Throwable failure;

    /** Work of one thread. */
    public interface Task {
        void run() throws Exception;
    }

    /** Starts a task; {@code name} is that of its thread. */
    public void fork(String name, Task task) {
        Thread thread = thread(name, () -> perform(task));
        synchronized (this) {
            threads.add(thread);
            thread.start();
            if (failure != null) {
                thread.interrupt(); // too late to be among the others that fail() interrupted
            }
        }
    }

    /** A thread that does not keep the process alive; for the classes of this package that cannot use a scope. */
    static Thread thread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    @SuppressWarnings("IllegalCatch") // the border of a task: whatever it is, join() throws it
    private void perform(Task task) {
        try {
            task.run();
        } catch (Throwable e) {
            fail(e);
        }
    }

    private synchronized void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
            for (Thread other : threads) {
                if (other != Thread.currentThread()) {
                    other.interrupt();
                }
            }
            owner.interrupt();
        }
    }

    /** What made the first task fail, or null. */
    public synchronized @Nullable Throwable failure() {
        return failure;
    }

    /** Waits until every task has ended. */
    public void join() throws InterruptedException {
        for (Thread thread : List.copyOf(threads)) {
            thread.join();
        }
    }

    /** Interrupts what still runs and waits for its end. Closing twice is safe. */
    @Override
    public void close() {
        boolean interrupted = false;
        for (Thread thread : List.copyOf(threads)) {
            thread.interrupt();
        }
        for (Thread thread : List.copyOf(threads)) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (failure() != null) {
            Thread.interrupted(); // it only woke the owner, who asks for the failure
        } else if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
