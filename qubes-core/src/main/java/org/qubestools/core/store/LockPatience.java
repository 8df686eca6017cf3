package org.qubestools.core.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** The waiting of one attempt to get the lock of the store: how long to sleep, when to say so, when to give up. */
final class LockPatience {
    private static final long NOTICE_MILLIS = 5000;

    // Who asks seldom loses against others who come and go; who asks often for hours wastes power.
    private static final long LONGEST_SLEEP_MILLIS = 10;
    private static final long LATE_SLEEP_MILLIS = 50;

    private final Path file;
    private final LockWait wait;
    private final long begin;
    private long sleep = 1;
    private boolean told;

    LockPatience(Path file, LockWait wait) {
        this.file = file;
        this.wait = wait;
        this.begin = wait.time().millis();
    }

    /**
     * Waits a little before the next try.
     *
     * @throws QubesException STORE_LOCKED when the time is over, CANCELLED when the thread was interrupted
     */
    void pause() {
        long waited = wait.time().millis() - begin;
        long left = Long.MAX_VALUE;
        if (wait.timeout().isPresent()) {
            left = wait.timeout().get().toMillis() - waited;
            if (left <= 0) {
                throw new QubesException(
                        ErrorKind.STORE_LOCKED, file + " is locked by " + holder(), "try again when it has ended");
            }
        }
        if (!told && waited >= NOTICE_MILLIS) {
            told = true;
            wait.notice().accept("waiting for the lock on " + file + ", held by " + holder());
        }
        try {
            wait.time().sleep(Duration.ofMillis(Math.min(sleep, left)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted while waiting for the lock on " + file, null, e);
        }
        sleep = Math.min(2 * sleep, told ? LATE_SLEEP_MILLIS : LONGEST_SLEEP_MILLIS);
    }

    private String holder() {
        Optional<String> holder = LockHolder.find(Path.of("/proc"), file);
        return holder.orElse("another program");
    }
}
