package org.qubestools.cli.frame;

import java.io.InputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The world as a run of a tool sees it: streams, environment, machine, and where to say things. The streams belong to
 * the caller; a tool does not close them.
 */
public final class ToolContext {
    private final PrintStream out;
    private final PrintStream err;
    private final InputStream in;
    private final Map<String, String> environment;
    private final Host host;
    private final @Nullable Messages messages;

    /**
     * A context for any tool.
     *
     * @param out results, UTF-8; should be buffered, is flushed at the end of the run
     * @param err everything else
     * @param environment not copied
     */
    public ToolContext(PrintStream out, PrintStream err, InputStream in, Map<String, String> environment, Host host) {
        this(out, err, in, environment, host, null);
    }

    private ToolContext(
            PrintStream out,
            PrintStream err,
            InputStream in,
            Map<String, String> environment,
            Host host,
            @Nullable Messages messages) {
        this.out = out;
        this.err = err;
        this.in = in;
        this.environment = environment;
        this.host = host;
        this.messages = messages;
    }

    /** The same world with a tool's way of saying things. */
    public ToolContext with(Messages newMessages) {
        return new ToolContext(out, err, in, environment, host, newMessages);
    }

    /** Where results go; buffered. */
    public PrintStream out() {
        return out;
    }

    /** For progress bars and questions; messages go through {@link #warn} and {@link #note}. */
    public PrintStream err() {
        return err;
    }

    public InputStream in() {
        return in;
    }

    public Map<String, String> environment() {
        return environment;
    }

    public Host host() {
        return host;
    }

    public Clock clock() {
        return host.clock();
    }

    public ZoneId zone() {
        return host.zone();
    }

    /** Whether {@code --json} was given: results as JSON. */
    public boolean json() {
        return messages().json();
    }

    public boolean verbose() {
        return messages().verbose();
    }

    /** Says that something is not as it should be while the work goes on; never silenced. */
    public void warn(String message) {
        messages().warn(message);
    }

    /** Says how the work goes; silenced by {@code --quiet}. */
    public void note(String message) {
        messages().note(message);
    }

    /** Says what is of interest only with {@code --verbose}. */
    public void detail(String message) {
        messages().detail(message);
    }

    private Messages messages() {
        return messages != null ? messages : Messages.before("qvm", List.of(), err);
    }
}
