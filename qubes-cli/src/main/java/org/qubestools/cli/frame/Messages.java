package org.qubestools.cli.frame;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.output.Json;
import org.qubestools.cli.output.StatusLine;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/**
 * Everything a run says on standard error beside its error: one line per message, plain or JSON. Safe for several threads:
 * lines stay whole.
 *
 * @param tool name in front of each message
 * @param json one JSON object per message
 * @param quiet no progress notes
 * @param verbose details too
 * @param err where to
 * @param status what is drawn there while work goes on
 * @param line of a batch that the tool runs in, from 1; 0 outside of batches
 */
public record Messages(
        String tool, boolean json, boolean quiet, boolean verbose, PrintStream err, StatusLine status, int line) {
    private static final String BATCH = "qvm-batch";

    /** Outside of batches. */
    public Messages(String tool, boolean json, boolean quiet, boolean verbose, PrintStream err, StatusLine status) {
        this(tool, json, quiet, verbose, err, status, 0);
    }

    /** The same for a line of a batch. */
    public Messages atLine(int number) {
        return new Messages(tool, json, quiet, verbose, err, status, number);
    }

    private String name() {
        String where = BATCH + ": line " + line;
        return line == 0 ? tool : tool.equals(BATCH) ? where : where + ": " + tool;
    }

    /** For the time before the command line is understood: looks for the two long options as they are. */
    public static Messages before(String tool, List<String> untrustedWords, PrintStream err) {
        boolean json = false;
        boolean verbose = false;
        for (String word : untrustedWords) {
            if (word.equals("--")) {
                break;
            }
            json |= word.equals("--json");
            verbose |= word.equals("--verbose");
        }
        return new Messages(tool, json, false, verbose, err, new StatusLine(err));
    }

    public static Messages of(String tool, ParsedArguments args, PrintStream err) {
        return new Messages(
                tool,
                args.has(CommonOptions.JSON),
                args.has(CommonOptions.QUIET),
                args.has(CommonOptions.VERBOSE),
                err,
                new StatusLine(err));
    }

    public void warn(String message) {
        say("warning", message);
    }

    public void note(String message) {
        if (!quiet) {
            say("note", message);
        }
    }

    public void detail(String message) {
        if (verbose) {
            say("note", message);
        }
    }

    /**
     * Says what failed, in one line.
     *
     * @param kind word for the kind of failure, for scripts
     * @param joint between the message and the hint
     * @param hint what to do about it, or null
     * @param code exit code that goes with it
     */
    public void failure(String kind, String message, String joint, @Nullable String hint, int code) {
        if (!json) {
            line(name() + ": " + message + (hint == null ? "" : joint + hint));
            return;
        }
        synchronized (err) {
            try (Json object = Json.line(err)) {
                object.beginObject().field("type", "error").field("kind", kind).field("message", message);
                object.field("hint", hint).field("exit", code);
                place(object);
                object.end();
            }
        }
    }

    /** Says what failed while the work goes on with the next VM. */
    public void failure(QubesException failure) {
        status.clear();
        failure(
                wordFor(failure.kind()),
                String.valueOf(failure.getMessage()),
                "; ",
                failure.hint().orElse(null),
                ExitCode.of(failure.kind()));
    }

    /** The kind as scripts read it. */
    public static String wordFor(ErrorKind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private void place(Json object) {
        if (line > 0) {
            object.field("line", line);
        }
    }

    private void say(String type, String message) {
        if (json) {
            synchronized (err) {
                try (Json object = Json.line(err)) {
                    object.beginObject().field("type", type).field("message", message);
                    place(object);
                    object.end();
                }
            }
        } else {
            String prefix = type.equals("warning") ? ": warning: " : ": ";
            line(name().concat(prefix).concat(message));
        }
    }

    /** Prints one line in one write, whatever the text holds. */
    public void line(String text) {
        status.above(SafeText.printable(text).concat("\n"));
    }
}
