package org.qubestools.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.qubestools.cli.frame.Host;
import org.qubestools.cli.frame.NoVmm;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.frame.VmmSource;
import org.qubestools.core.vmm.Vmm;

/** Runs tools in this process as a command line would, and keeps what they print. */
public final class ToolRunner {
    private final Host host;
    private final Map<String, String> environment = new TreeMap<>();
    private VmmSource vmms = new NoVmm();
    private byte[] input = new byte[0];
    private byte[] output = new byte[0];

    /** What a run left behind. */
    public record Outcome(int code, String out, String err) {}

    public ToolRunner(Host host) {
        this.host = host;
    }

    public ToolRunner() {
        this(FakeHost.ordinary());
    }

    public ToolRunner environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Gives the tools this running system. */
    public ToolRunner vmm(Vmm vmm) {
        vmms = (config, warnings) -> vmm;
        return this;
    }

    /** Opens the running system for the tools in this way. */
    public ToolRunner vmms(VmmSource source) {
        vmms = source;
        return this;
    }

    /** What the tools find on standard input; nothing unless said. */
    public ToolRunner input(byte[] bytes) {
        input = bytes.clone();
        return this;
    }

    /** What the tools find on standard input. */
    public ToolRunner input(String text) {
        input = text.getBytes(StandardCharsets.UTF_8);
        return this;
    }

    /** The bytes that the last run left on standard output. */
    public byte[] output() {
        return output.clone();
    }

    /** Runs a registered tool with words of any form; the first one is its name. */
    public Outcome runWords(List<String> words) {
        return collect((ctx, rest) -> QvmMain.run(words.get(0), rest, ctx), words.subList(1, words.size()));
    }

    /** Runs a registered tool: {@code run("qvm-ls --raw-list")}, words parted by single blanks. */
    public Outcome run(String commandLine) {
        return runWords(List.of(commandLine.split(" ", -1)));
    }

    /** Runs any tool, registered or not. */
    public Outcome run(Tool tool, String... words) {
        return collect((ctx, rest) -> QvmMain.run(tool, rest, ctx), List.of(words));
    }

    private interface Run {
        int run(ToolContext ctx, List<String> words);
    }

    private Outcome collect(Run run, List<String> words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        ToolContext ctx = new ToolContext(
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, false, StandardCharsets.UTF_8),
                new ByteArrayInputStream(input),
                environment,
                host,
                vmms);
        int code = run.run(ctx, new ArrayList<>(words));
        output = out.toByteArray();
        return new Outcome(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
