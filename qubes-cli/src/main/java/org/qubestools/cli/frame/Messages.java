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
 */
public record Messages(String tool, boolean json, boolean quiet, boolean verbose, PrintStream err, StatusLine status) {
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
            line(tool + ": " + message + (hint == null ? "" : joint + hint));
            return;
        }
        synchronized (err) {
            try (Json line = Json.line(err)) {
                line.beginObject().field("type", "error").field("kind", kind).field("message", message);
                line.field("hint", hint).field("exit", code).end();
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

    private void say(String type, String message) {
        if (json) {
            synchronized (err) {
                try (Json object = Json.line(err)) {
                    object.beginObject()
                            .field("type", type)
                            .field("message", message)
                            .end();
                }
            }
        } else {
            String prefix = type.equals("warning") ? ": warning: " : ": ";
            line(tool.concat(prefix).concat(message));
        }
    }

    /** Prints one line in one write, whatever the text holds. */
    public void line(String text) {
        status.above(SafeText.printable(text).concat("\n"));
    }
}
