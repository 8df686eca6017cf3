package org.qubestools.core.libvirt;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/**
 * Calls of libvirt with a limit of time. Each has a thread of its own, since nothing ends one that waits for a daemon
 * which does not answer: such a thread is left behind and does not keep the process.
 *
 * <p>A call may take long while the daemon works. So after half of the limit the daemon is asked for something that it
 * answers at once; only if that stays without an answer too is it given up.
 */
final class LimitedCalls {
    /** Work for libvirt, handles freed and all. */
    interface Call<T extends @Nullable Object> extends Callable<T> {
        @Override
        T call();
    }

    private final String uri;
    private final Duration limit;
    private volatile @Nullable FutureTask<?> unanswered;

    LimitedCalls(String uri, Duration limit) {
        this.uri = uri;
        this.limit = limit;
    }

    /** Throws what the call throws; VMM_UNREACHABLE if the daemon does not answer. */
    <T extends @Nullable Object> T make(Call<T> call, Runnable proofOfLife) {
        refuseWhileUnanswered();
        FutureTask<T> work = started(call);
        while (true) {
            try {
                return result(work, limit.toMillis() / 2);
            } catch (TimeoutException e) {
                requireSignOfLife(work, proofOfLife);
            }
        }
    }

    /** The same for a call beside which nothing can be asked. */
    <T extends @Nullable Object> T make(Call<T> call) {
        refuseWhileUnanswered();
        FutureTask<T> work = started(call);
        try {
            return result(work, limit.toMillis());
        } catch (TimeoutException e) {
            throw gaveUp(work);
        }
    }

    /** True while a call waits that was given up: anything asked now would wait too. */
    boolean isStuck() {
        FutureTask<?> work = unanswered;
        return work != null && !work.isDone();
    }

    private void refuseWhileUnanswered() {
        if (isStuck()) {
            throw notAnswering();
        }
    }

    private void requireSignOfLife(FutureTask<?> work, Runnable proofOfLife) {
        FutureTask<Boolean> probe = started(() -> {
            proofOfLife.run();
            return true;
        });
        try {
            result(probe, limit.toMillis() / 2);
        } catch (LibvirtFailure e) {
            return; // an answer too; what was asked for tells what is wrong
        } catch (TimeoutException e) {
            if (!work.isDone()) {
                throw gaveUp(work);
            }
        }
    }

    private QubesException gaveUp(FutureTask<?> work) {
        unanswered = work;
        return notAnswering();
    }

    private QubesException notAnswering() {
        return new QubesException(
                ErrorKind.VMM_UNREACHABLE,
                "libvirt at " + uri + " has not answered for " + limit.toSeconds() + " seconds",
                "see whether its daemon still works, or allow more time with QUBES_LIBVIRT_TIMEOUT");
    }

    /** Work whose outcome nobody asks for. */
    static void begin(Call<?> call) {
        start(new FutureTask<>(call));
    }

    private static <T extends @Nullable Object> FutureTask<T> started(Call<T> call) {
        FutureTask<T> work = new FutureTask<>(call);
        start(work);
        return work;
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "libvirt");
        thread.setDaemon(true);
        thread.start();
    }

    private static <T extends @Nullable Object> T result(FutureTask<T> work, long millis) throws TimeoutException {
        try {
            return work.get(millis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw thrown(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted while waiting for libvirt");
        }
    }

    private static RuntimeException thrown(@Nullable Throwable cause) {
        if (cause instanceof RuntimeException known) {
            return known;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return new IllegalStateException(cause);
    }
}
