package org.qubestools.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qubestools.cli.frame.ErrorReporter;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.HostVmm;
import org.qubestools.cli.frame.Messages;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.PicocliModel;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.io.SafeText;

/**
 * Runs a tool: the first argument names the tool, the others are the tool's own.
 *
 * <p>Results are written to standard output after the work, in one write or in blocks of 8 KiB. A reader that went away
 * ({@code | head -1}) changes nothing: the exit code is that of the work and nothing is said. Any other failure of
 * standard output, a full disk say, is reported and makes a successful run fail with 1. On SIGINT the JVM exits with 130.
 */
public final class QvmMain {
    private static final int OUTPUT_BUFFER = 8192;
    private static final int NAME_WIDTH = 30;
    /** The launcher of all tools. */
    private static final String ALL = "qubes-tools";

    private QvmMain() {}

    public static void main(String[] args) {
        List<String> words = RawWords.of(args);
        StandardOutput sink = new StandardOutput(new FileOutputStream(FileDescriptor.out));
        PrintStream out = new PrintStream(new BufferedOutputStream(sink, OUTPUT_BUFFER), false, StandardCharsets.UTF_8);
        SystemHost host = new SystemHost(Clock.systemUTC());
        ToolContext ctx = new ToolContext(out, System.err, new StandardInput(), System.getenv(), host, new HostVmm());
        int code = runFirst(words, ctx);
        IOException lost = sink.failure();
        if (lost != null && !host.outputIsPipe()) {
            code = reportLostOutput(code, lost, words, System.err);
        } else if (lost != null && code == ExitCode.OK && RawWords.isOfQubesDb(words)) {
            code = ExitCode.FAILED; // where the original dies of the signal
        }
        Runtime.getRuntime().halt(code); // the streams are flushed; shutdown hooks are for interrupted runs
    }

    /** Says that results were lost; a run that did its work fails by it, another keeps its code. */
    static int reportLostOutput(int code, IOException lost, List<String> words, PrintStream err) {
        String tool = words.isEmpty() ? ALL : SafeText.of(words.get(0));
        IOException named = new IOException("standard output: " + lost.getMessage(), lost);
        int lostCode = new ErrorReporter(Messages.before(tool, words, err), ExitCode.USAGE).report(named);
        return code == ExitCode.OK ? lostCode : code;
    }

    private static int runFirst(List<String> words, ToolContext ctx) {
        return words.isEmpty()
                ? wrong("name of a tool expected", ctx)
                : run(words.get(0), words.subList(1, words.size()), ctx);
    }

    /** Runs the tool of this name and returns its exit code; an unknown name is 2. Nothing is thrown. */
    public static int run(String tool, List<String> args, ToolContext ctx) {
        Optional<Tool> found = Tools.named(tool);
        if (found.isPresent()) {
            return run(found.get(), args, ctx);
        }
        switch (tool) {
            case "--list-tools" -> Tools.names().forEach(name -> ctx.out().println(name));
            case "-h", "--help" -> help(ctx);
            default -> {
                return wrong("no such tool '" + SafeText.of(tool) + "'", ctx);
            }
        }
        ctx.out().flush();
        return ExitCode.OK;
    }

    private static void help(ToolContext ctx) {
        ctx.out()
                .print("Usage: " + ALL + " TOOL [ARGUMENT ...]\n\n" + "Run a tool by its name. Each has a help text: "
                        + ALL + " TOOL --help.\n\nTools:\n");
        for (String name : Tools.names()) {
            String purpose = Tools.named(name).orElseThrow().spec().purpose();
            ctx.out().print("  " + name + " ".repeat(Math.max(1, NAME_WIDTH - name.length())) + purpose + "\n");
        }
        ctx.out().print("\n" + ALL + " --list-tools prints their names alone.\n");
    }

    private static int wrong(String message, ToolContext ctx) {
        ctx.err().print(ALL + ": " + message + ", see '" + ALL + " --help'\n");
        ctx.err().flush();
        return ExitCode.USAGE;
    }

    /** Runs {@code tool}, flushes the output, reports what was thrown and returns the exit code. Nothing is thrown. */
    public static int run(Tool tool, List<String> args, ToolContext ctx) {
        ToolSpec spec = tool.spec();
        Messages messages = Messages.before(spec.name(), args, ctx.err());
        try {
            ParsedArguments parsed = tool.parse(spec, args);
            messages = Messages.of(spec.name(), parsed, ctx.err());
            int code = runParsed(
                    tool,
                    spec,
                    parsed,
                    ctx.running(commandLine(spec.name(), args)).with(messages));
            ctx.out().flush();
            return code;
        } catch (Throwable t) { // the border of all tools: an error too must end in one line, not in a trace
            ctx.out().flush();
            return new ErrorReporter(messages, spec.isLikeGetopt() ? ExitCode.FAILED : ExitCode.USAGE).report(t);
        }
    }

    private static List<String> commandLine(String tool, List<String> args) {
        List<String> words = new ArrayList<>(args.size() + 1);
        words.add(tool);
        words.addAll(args);
        return words;
    }

    private static int runParsed(Tool tool, ToolSpec spec, ParsedArguments parsed, ToolContext ctx) throws IOException {
        if (parsed.has(CommonOptions.VERSION)) {
            ctx.out().print(spec.name() + " (qubes-tools) " + version() + "\n");
            return ExitCode.OK;
        }
        if (parsed.has(CommonOptions.HELP) || parsed.has(CommonOptions.LONG_HELP)) {
            ctx.out().print(PicocliModel.help(spec, wantsColours(ctx)));
            return ExitCode.OK;
        }
        return tool.run(parsed, ctx);
    }

    private static boolean wantsColours(ToolContext ctx) {
        return !ctx.environment().containsKey("NO_COLOR")
                && !"dumb".equals(ctx.environment().get("TERM"))
                && ctx.host().outputIsTerminal();
    }

    private static String version() throws IOException {
        try (InputStream resource = QvmMain.class.getResourceAsStream("version.txt")) {
            if (resource == null) {
                throw Usage.error("version.txt is missing from the jar");
            }
            return new String(resource.readAllBytes(), StandardCharsets.US_ASCII).strip();
        }
    }
}
