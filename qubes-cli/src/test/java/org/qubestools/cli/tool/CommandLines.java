package org.qubestools.cli.tool;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.qubestools.cli.FakeHost;
import org.qubestools.cli.QvmMain;
import org.qubestools.cli.frame.HostVmm;
import org.qubestools.cli.frame.ToolContext;

/** A program that runs each of its arguments as a command line, on the host's real running system; prints the codes. */
final class CommandLines {
    private CommandLines() {}

    public static void main(String[] lines) {
        for (String line : lines) {
            List<String> words = List.of(line.split(" "));
            ToolContext ctx = new ToolContext(
                    new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                    System.err,
                    InputStream.nullInputStream(),
                    System.getenv(),
                    new FakeHost(FakeHost.ORDINARY_USER, false),
                    new HostVmm());
            System.out.println(QvmMain.run(words.get(0), words.subList(1, words.size()), ctx) + " " + line);
        }
    }
}
