package org.qubestools.cli.output;

import java.util.Locale;
import org.qubestools.core.io.Progress;
import org.qubestools.core.io.WaitTime;

/**
 * How far long work is, on standard error: a line that is drawn over and over on a terminal, objects of one line with
 * {@code --json}; at each item, else at most ten times a second.
 */
public final class ProgressOutput implements Progress {
    private static final long INTERVAL_MILLIS = 100;

    private final StatusLine line;
    private final boolean json;
    private long total;
    private long done;
    private long itemDone;
    private String item = "";
    private long begun;
    private long shown;

    private ProgressOutput(StatusLine line, boolean json) {
        this.line = line;
        this.json = json;
    }

    /** For people or scripts; nothing when nobody watches. */
    public static Progress of(StatusLine line, boolean json, boolean terminal, boolean quiet) {
        return quiet || (!json && !terminal) ? NONE : new ProgressOutput(line, json);
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
            line.clear();
        }
    }

    private void show() {
        shown = WaitTime.SYSTEM.millis();
        if (json) {
            object();
        } else {
            line.draw(text());
        }
    }

    private long percent() {
        return total <= 0 ? 100 : Math.min(100, done * 100 / total);
    }

    private long rate() {
        long millis = Math.max(1, WaitTime.SYSTEM.millis() - begun);
        return done * 1000 / millis;
    }

    private String text() {
        long rate = rate();
        String left = rate == 0 || total <= 0 ? "" : ", " + clock(Math.max(0, total - done) / rate) + " left";
        return item + ": " + SizeText.oneDecimal(itemDone) + "; all: " + percent() + " %, " + SizeText.oneDecimal(rate)
                + "/s" + left;
    }

    private static String clock(long seconds) {
        return String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
    }

    private void object() {
        try (Json object = Json.line(line.terminal())) {
            object.beginObject()
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
