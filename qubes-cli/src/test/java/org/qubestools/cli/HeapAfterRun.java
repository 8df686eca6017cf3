package org.qubestools.cli;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import org.qubestools.cli.frame.HostVmm;
import org.qubestools.cli.frame.ToolContext;

/**
 * Runs a tool as its launcher does and then, instead of ending, writes the whole heap into a file: garbage that was not
 * collected too.
 */
public final class HeapAfterRun {
    private HeapAfterRun() {}

    /** Arguments: the file, which must not exist; name of the tool; its own arguments. */
    public static void main(String[] args) throws Exception {
        List<String> words = List.of(args).subList(1, args.length);
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        SystemHost host = new SystemHost(Clock.systemUTC());
        ToolContext ctx = new ToolContext(out, System.err, new StandardInput(), System.getenv(), host, new HostVmm());
        int code = QvmMain.run(words.get(0), words.subList(1, words.size()), ctx);
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(args[0], false);
        Runtime.getRuntime().halt(code);
    }
}
