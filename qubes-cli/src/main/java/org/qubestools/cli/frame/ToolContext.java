package org.qubestools.cli.frame;

import java.io.InputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.output.Json;
import org.qubestools.cli.output.LocalTime;
import org.qubestools.cli.output.StatusLine;
import org.qubestools.core.error.QubesException;

/**
 * The world as a run of a tool sees it: streams, environment, machine, and where to say things. The streams belong to
 * the caller; a tool does not close them.
 */
public final class ToolContext implements LocalTime {
    private final PrintStream out;
    private final PrintStream err;
    private final InputStream in;
    private final Map<String, String> environment;
    private final Host host;
    private final VmmSource vmms;
    private final List<String> command;
    private final @Nullable Messages messages;
    private final @Nullable BatchPart part;

    /**
     * A context for any tool.
     *
     * @param out results, UTF-8; should be buffered, is flushed at the end of the run
     * @param err everything else
     * @param environment not copied
     * @param vmms opens the running system when a tool asks for it
     */
    public ToolContext(
            PrintStream out,
            PrintStream err,
            InputStream in,
            Map<String, String> environment,
            Host host,
            VmmSource vmms) {
        this(out, err, in, environment, host, vmms, List.of(), null, null);
    }

    private ToolContext(
            PrintStream out,
            PrintStream err,
            InputStream in,
            Map<String, String> environment,
            Host host,
            VmmSource vmms,
            List<String> command,
            @Nullable Messages messages,
            @Nullable BatchPart part) {
        this.out = out;
        this.err = err;
        this.in = in;
        this.environment = environment;
        this.host = host;
        this.vmms = vmms;
        this.command = command;
        this.messages = messages;
        this.part = part;
    }

    /** The same world with a tool's way of saying things. */
    public ToolContext with(Messages newMessages) {
        return new ToolContext(out, err, in, environment, host, vmms, command, newMessages, part);
    }

    /** The same world for a line of a batch, which prints to {@code results}. */
    public ToolContext ofPart(BatchPart newPart, PrintStream results) {
        return new ToolContext(results, err, in, environment, host, vmms, command, messages, newPart);
    }

    /** The line of a batch that runs in this; null outside of batches. */
    @Nullable
    BatchPart part() {
        return part;
    }

    /** Whether this is a line of a batch, which has already done what is done once. */
    public boolean isPart() {
        return part != null;
    }

    /** The same world in the run of a command line: the name of the tool and its words. */
    public ToolContext running(List<String> untrustedCommand) {
        return new ToolContext(out, err, in, environment, host, vmms, List.copyOf(untrustedCommand), messages, part);
    }

    /** The words of the command line that is run, the name of the tool first; empty if nobody said. */
    public List<String> command() {
        return command;
    }

    /**
     * Where results go; buffered. Gather lines in a {@code StringBuilder} and print it once: 760 small prints cost
     * 10 ms in a fresh JVM, a fifth of its start-up time.
     */
    public PrintStream out() {
        return out;
    }

    /** For tables and questions; messages go through {@link #warn} and {@link #note}. */
    public PrintStream err() {
        return err;
    }

    /** The line of a terminal that shows how far the work is; messages go above it. */
    public StatusLine status() {
        return messages().status();
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

    @Override
    public ZoneId zone() {
        return host.zone();
    }

    /** Opens the running system when a tool asks for it. */
    public VmmSource vmms() {
        return vmms;
    }

    /** Whether {@code --json} was given: results as JSON. */
    public boolean isJson() {
        return messages().json();
    }

    /** Prints one result as JSON: maps, lists, texts, numbers, booleans, null; see {@link Json#element(Object)}. */
    public void json(Map<String, ? extends @Nullable Object> result) {
        try (Json json = Json.pretty(out)) {
            json.element(result);
        }
    }

    /** Prints a line of the result, ending in a line feed. The text is fit for a terminal. */
    public void println(String line) {
        out.print(line.concat("\n"));
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

    /** Says what failed for one VM while the work goes on with the next. */
    public void failed(QubesException failure) {
        messages().failure(failure);
    }

    private Messages messages() {
        return messages != null ? messages : Messages.before("qvm", List.of(), err);
    }
}
