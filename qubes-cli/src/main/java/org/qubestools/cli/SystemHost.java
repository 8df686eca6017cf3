package org.qubestools.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.Host;

/** The real machine, read through {@code /proc}: no native library, nothing loaded before it is needed. */
final class SystemHost implements Host {
    private static final int ROOT = 0;
    private static final int ORDINARY_USER = 65534;

    private final Clock clock;

    SystemHost(Clock clock) {
        this.clock = clock;
    }

    @Override
    public boolean outputIsTerminal() {
        return leadsTo("/proc/self/fd/1", "/dev/pts/", "/dev/tty");
    }

    @Override
    public boolean errorIsTerminal() {
        return leadsTo("/proc/self/fd/2", "/dev/pts/", "/dev/tty");
    }

    /** Whether standard output is a pipe or socket, whose reader may go away. */
    boolean outputIsPipe() {
        return leadsTo("/proc/self/fd/1", "pipe:", "socket:");
    }

    private static boolean leadsTo(String link, String oneStart, String otherStart) {
        try {
            String target = Files.readSymbolicLink(Path.of(link)).toString();
            return target.startsWith(oneStart) || target.startsWith(otherStart);
        } catch (IOException e) {
            return false; // closed, or no /proc: then it is treated as a file
        }
    }

    @Override
    public String userName() {
        return System.getProperty("user.name", "");
    }

    @Override
    public int effectiveUserId() {
        try {
            String status = Files.readString(Path.of("/proc/self/status"), StandardCharsets.ISO_8859_1);
            return parseEffectiveUserId(status);
        } catch (IOException e) {
            return System.getProperty("user.name", "").equals("root") ? ROOT : ORDINARY_USER;
        }
    }

    /** The second number of the line {@code Uid: real effective saved file-system}, proc(5). */
    static int parseEffectiveUserId(String status) throws IOException {
        int line = status.indexOf("\nUid:\t");
        int start = status.indexOf('\t', line + 6) + 1;
        int end = status.indexOf('\t', start);
        if (line < 0 || start == 0 || end < 0) {
            throw new IOException("/proc/self/status: no user id");
        }
        return Integer.parseUnsignedInt(status, start, end, 10);
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public ZoneId zone() {
        return ZoneId.systemDefault();
    }

    @Override
    @SuppressWarnings("SystemConsoleNull") // null before JDK 22; since then the first condition decides
    public char @Nullable [] readPassword(String prompt) {
        Console console = leadsTo("/proc/self/fd/0", "/dev/pts/", "/dev/tty") ? System.console() : null;
        return console == null ? null : console.readPassword("%s", prompt);
    }

    @Override
    public Registration onInterrupt(Runnable cancel) {
        return InterruptHook.register(cancel);
    }

    @Override
    public OutputStream binaryOutput(PrintStream out) {
        out.flush();
        return Channels.newOutputStream(new FileOutputStream(FileDescriptor.out).getChannel());
    }

    @Override
    public long maxMemory() {
        return Runtime.getRuntime().maxMemory();
    }

    @Override
    public int processors() {
        return Runtime.getRuntime().availableProcessors();
    }
}
