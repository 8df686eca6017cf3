package org.qubestools.backup.create;

import java.util.concurrent.CountDownLatch;
import org.qubestools.core.io.TaskScope;

/** A task whose good end can be awaited while others of the scope go on waiting for work. */
record TaskGate(TaskScope.Task task, CountDownLatch ended) implements TaskScope.Task {
    TaskGate(TaskScope.Task task) {
        this(task, new CountDownLatch(1));
    }

    @Override
    public void run() throws Exception {
        task.run();
        ended.countDown();
    }

    /** Returns when the task ended well; its failure interrupts the scope's owner. */
    void await() throws InterruptedException {
        ended.await();
    }
}
