package org.qubestools.qubesdb.daemon;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.qubestools.qubesdb.Deadline;

/** The log of a domain, which nobody who is refused again and again can fill. For the thread of the loop. */
final class LimitedLog {
    /** Most lines of a minute. */
    static final int LINES = 100;

    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final Consumer<String> lines;
    private Deadline end = Deadline.in(MINUTE);
    private int count;

    LimitedLog(Consumer<String> lines) {
        this.lines = lines;
    }

    /** A log that fails is no reason not to serve. */
    void add(String line) {
        if (end.isReached()) {
            end = Deadline.in(MINUTE);
            count = 0;
        }
        count++;
        if (count > LINES) {
            return;
        }
        try {
            lines.accept(count < LINES ? line : "too much to log: more lines of this minute are left out");
        } catch (RuntimeException e) {
            // It cannot be told of that.
        }
    }
}
