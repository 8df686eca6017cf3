package org.qubestools.cli.output;

import java.io.PrintStream;
import java.util.Locale;
import org.qubestools.core.io.Progress;
import org.qubestools.core.io.WaitTime;

/**
 * How far long work is, on standard error: a line that is drawn over and over on a terminal, objects of one line with
 * {@code --json}; at each item, else at most ten times a second.
 */
public final class ProgressOutput implements Progress {
    private static final long INTERVAL_MILLIS = 100;
    private static final int WIDTH = 78;

    private final PrintStream err;
    private final boolean json;
    private long total;
    private long done;
    private long itemDone;
    private String item = "";
    private long begun;
    private long shown;

    private ProgressOutput(PrintStream err, boolean json) {
        this.err = err;
        this.json = json;
    }

    /** For people or scripts; nothing when nobody watches. */
    public static Progress of(PrintStream err, boolean json, boolean terminal, boolean quiet) {
        return quiet || (!json && !terminal) ? NONE : new ProgressOutput(err, json);
    }

    @Override
    public synchronized void start(long totalBytes) {
        total = totalBytes;
        begun = WaitTime.SYSTEM.millis();
        shown = begun;
    }

    @Override
    public synchronized void item(String name) {
        item = name;
        itemDone = 0;
        show();
    }

    @Override
    public synchronized void advance(long bytes) {
        done += bytes;
        itemDone += bytes;
        if (WaitTime.SYSTEM.millis() - shown >= INTERVAL_MILLIS) {
            show();
        }
    }

    @Override
    public synchronized void done() {
        if (json) {
            object();
        } else {
            err.print("\r" + " ".repeat(WIDTH) + "\r");
        }
        err.flush();
    }

    private void show() {
        shown = WaitTime.SYSTEM.millis();
        if (json) {
            object();
        } else {
            String line = line();
            err.print("\r" + line + " ".repeat(Math.max(0, WIDTH - line.length())));
        }
        err.flush();
    }

    private long percent() {
        return total <= 0 ? 100 : Math.min(100, done * 100 / total);
    }

    private long rate() {
        long millis = Math.max(1, WaitTime.SYSTEM.millis() - begun);
        return done * 1000 / millis;
    }

    private String line() {
        long rate = rate();
        String left = rate == 0 || total <= 0 ? "" : ", " + clock(Math.max(0, total - done) / rate) + " left";
        String text = item + ": " + SizeText.oneDecimal(itemDone) + "; all: " + percent() + " %, "
                + SizeText.oneDecimal(rate) + "/s" + left;
        return text.length() > WIDTH ? text.substring(0, WIDTH) : text;
    }

    private static String clock(long seconds) {
        return String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
    }

    private void object() {
        try (Json line = Json.line(err)) {
            line.beginObject()
                    .field("type", "progress")
                    .field("vm", item)
                    .field("vm_bytes", itemDone)
                    .field("bytes", done)
                    .field("total", total)
                    .field("rate", rate())
                    .end();
        }
    }
}
