package org.qubestools.core.store;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.qubestools.core.io.WaitTime;

/**
 * How long to wait for the lock of the store, and who is told that it takes long.
 *
 * @param timeout empty: without limit; zero: one attempt
 * @param notice gets one line, once, after 5 seconds of waiting, from the thread that waits
 */
public record LockWait(Optional<Duration> timeout, Consumer<String> notice, WaitTime time) {
    public LockWait {
        if (timeout.isPresent() && timeout.get().isNegative()) {
            throw new IllegalArgumentException("negative lock timeout " + timeout.get());
        }
        Objects.requireNonNull(notice);
        Objects.requireNonNull(time);
    }

    /** Waits until the lock is free. */
    public static LockWait forever(Consumer<String> notice) {
        return new LockWait(Optional.empty(), notice, WaitTime.SYSTEM);
    }

    /** Waits no longer than {@code timeout}, then fails with STORE_LOCKED. */
    public static LockWait atMost(Duration timeout, Consumer<String> notice) {
        return new LockWait(Optional.of(timeout), notice, WaitTime.SYSTEM);
    }
}
