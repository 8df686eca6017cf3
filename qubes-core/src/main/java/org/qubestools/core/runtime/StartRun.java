package org.qubestools.core.runtime;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.TaskScope;
import org.qubestools.core.model.QubesVm;

/**
 * Starts several VMs, as many at once as the driver's traits allow. No thread of it is ever interrupted: a start in the middle
 * of something goes on to its end, or takes itself back when its report says that it is not wanted.
 */
public final class StartRun {
    private final RunningSystem system;
    private final List<QubesVm> vms;

    /** The start of one VM. */
    public interface Job {
        /**
         * Starts it; called by one thread for each of those that are made at once, which uses a {@link RunningSystem} of its
         * own, see {@link RunningSystem#beside}.
         *
         * @param number of the VM, from 0
         * @return false if no further start shall begin
         */
        boolean start(int number, QubesVm vm);
    }

    /** The starts of these VMs, which stay the caller's as {@code system} does. */
    public StartRun(RunningSystem system, List<QubesVm> vms) {
        this.system = system;
        this.vms = List.copyOf(vms);
    }

    /** How many starts are made at once; for several VMs this connects to the VMM. */
    public int atOnce() {
        return vms.size() < 2
                ? vms.size()
                : Math.min(vms.size(), system.traits().startsAtOnce());
    }

    /**
     * Starts them all, and returns when no start is in work any more.
     *
     * @throws QubesException CANCELLED if the caller was interrupted, when what had begun has ended
     * @throws RuntimeException or an Error: the first that a job threw, likewise
     */
    public void run(Job job) {
        StartOrder order = new StartOrder(system.vms(), vms);
        Failure failure = new Failure();
        boolean interrupted = false;
        try (TaskScope scope = new TaskScope()) {
            for (int i = 0; i < atOnce(); i++) {
                scope.fork("qvm-start-" + i, () -> work(order, job, failure));
            }
            boolean ended = false;
            while (!ended) {
                try {
                    scope.join();
                    ended = true;
                } catch (InterruptedException e) {
                    interrupted = true;
                    order.stop();
                }
            }
        }
        failure.throwIfAny();
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted while VMs were started");
        }
    }

    private void work(StartOrder order, Job job, Failure failure) throws InterruptedException {
        int next = order.next();
        while (next != StartOrder.NONE) {
            if (!isDone(next, job, failure)) {
                order.stop();
            }
            order.ended(next);
            next = order.next();
        }
    }

    @SuppressWarnings("IllegalCatch") // a scope would interrupt the other starts; run() throws it when they have ended
    private boolean isDone(int number, Job job, Failure failure) {
        try {
            return job.start(number, vms.get(number));
        } catch (RuntimeException | Error e) {
            failure.add(e);
            return false;
        }
    }

    /** What a job threw. */
    private static final class Failure {
        private @Nullable Throwable first;

        synchronized void add(Throwable failure) {
            if (first == null) {
                first = failure;
            } else {
                first.addSuppressed(failure);
            }
        }

        synchronized void throwIfAny() {
            if (first instanceof Error error) {
                throw error;
            }
            if (first instanceof RuntimeException exception) {
                throw exception;
            }
        }
    }
}
