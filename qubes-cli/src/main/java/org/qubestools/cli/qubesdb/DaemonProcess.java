package org.qubestools.cli.qubesdb;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/**
 * A daemon in the background. A JVM cannot fork, so the same program is started once more, in a session of its own, to
 * stay in the foreground there; this one waits for the line that says that it serves.
 */
final class DaemonProcess {
    private static final Path LOGS = Path.of("/var/log/qubes");
    private static final String LOGS_VARIABLE = "QUBES_LOG_DIR";
    /** Runs its arguments with the first one, a file, as standard error. */
    private static final String SCRIPT = "log=$1; shift; exec \"$@\" </dev/null 2>>\"$log\"";

    /** Bytes of what a daemon says before it ends that are looked at. */
    private static final int MOST_SAID = 1 << 16;

    private final String tool;
    private final Path log;

    DaemonProcess(String tool, @Nullable String name, ToolContext ctx) {
        this.tool = tool;
        String folder = ctx.environment().getOrDefault(LOGS_VARIABLE, "");
        this.log = (folder.isEmpty() ? LOGS : Path.of(folder))
                .resolve(name == null ? "qubesdb.log" : "qubesdb." + name + ".log");
    }

    /** Starts it with the arguments of this process; returns the exit code once it serves, or has failed to. */
    int start() throws IOException, InterruptedException {
        Path folder = log.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "there is no folder for " + log,
                    "make it, or name another with " + LOGS_VARIABLE);
        }
        long said = Files.exists(log) ? Files.size(log) : 0;
        List<String> command = new ArrayList<>(List.of("setsid", "sh", "-c", SCRIPT, tool, log.toString()));
        command.addAll(ownCommand());
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            if (DaemonSigns.READY.equals(lines.readLine())) {
                return ExitCode.OK;
            }
        }
        int status = process.waitFor();
        throw new QubesException(ErrorKind.FAILED, reason(said, status));
    }

    /** The command line of this process, to stay in the foreground. */
    private List<String> ownCommand() throws IOException {
        String all = Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.UTF_8);
        List<String> words = new ArrayList<>(Arrays.asList(all.split("\0", -1)));
        words.remove(words.size() - 1); // behind the last NUL
        int at = words.indexOf(tool);
        if (at < 0) {
            throw new IOException("/proc/self/cmdline does not name " + tool);
        }
        words.add(at + 1, "--foreground");
        words.set(0, ProcessHandle.current().info().command().orElse(words.get(0)));
        return words;
    }

    /** The last line of what it has said, which stands in the log behind what was there. */
    private String reason(long said, int status) throws IOException {
        String last = lastLine(said);
        String prefix = tool + ": ";
        return last.isEmpty()
                ? "the daemon ended with status " + status + ", see " + log
                : SafeText.printable(last.startsWith(prefix) ? last.substring(prefix.length()) : last);
    }

    private String lastLine(long said) throws IOException {
        if (!Files.exists(log)) {
            return "";
        }
        try (InputStream in = Files.newInputStream(log)) {
            in.skipNBytes(Math.min(said, Files.size(log)));
            String text = new String(in.readNBytes(MOST_SAID), StandardCharsets.UTF_8).strip();
            return text.substring(text.lastIndexOf('\n') + 1);
        }
    }
}
