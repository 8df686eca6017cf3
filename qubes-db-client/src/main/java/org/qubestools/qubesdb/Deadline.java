package org.qubestools.qubesdb;

import java.time.Duration;

/** A point in time that this process waits for, at most; unmoved by whoever sets the clock. */
public final class Deadline implements Comparable<Deadline> {
    private static final long MILLI = 1_000_000;

    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final long nanos;

    private Deadline(long nanos) {
        this.nanos = nanos;
    }

    /** A limit of time in nanoseconds: 0 if it is negative, a hundred years if it is longer than that. */
    public static long nanos(Duration limit) {
        if (limit.isNegative()) {
            return 0;
        }
        return limit.compareTo(LONGEST) < 0 ? limit.toNanos() : LONGEST.toNanos();
    }

    /** So many nanoseconds from now on. */
    public static Deadline in(long nanos) {
        return new Deadline(System.nanoTime() + nanos);
    }

    /** What is left until then, rounded up to milliseconds; 0 or less once it is reached. */
    public long millisLeft() {
        return (nanosLeft() + MILLI - 1) / MILLI;
    }

    /** What is left until then; 0 or less once it is reached. */
    public long nanosLeft() {
        return nanos - System.nanoTime();
    }

    public boolean isReached() {
        return nanosLeft() <= 0;
    }

    @Override
    public int compareTo(Deadline other) {
        return Long.signum(nanos - other.nanos);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Deadline deadline && nanos == deadline.nanos;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(nanos);
    }
}
