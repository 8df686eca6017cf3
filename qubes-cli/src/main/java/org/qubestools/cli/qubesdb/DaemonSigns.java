package org.qubestools.cli.qubesdb;

import java.time.Duration;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.Subprocess;

/** How a daemon says that it serves: to systemd if that has started it, else by a line on standard output. */
final class DaemonSigns {
    /** The line. */
    static final String READY = "ready";

    private static final String NOTIFY = "NOTIFY_SOCKET";
    private static final Duration NOTIFY_LIMIT = Duration.ofSeconds(30);

    private DaemonSigns() {}

    /** Whether systemd, or who acts like it, wants to be told. */
    static boolean isAwaited(ToolContext ctx) {
        return !ctx.environment().getOrDefault(NOTIFY, "").isEmpty();
    }

    /** Says so. The socket of systemd takes datagrams, which the JDK has not: its own program sends them. */
    static void ready(ToolContext ctx) {
        if (!isAwaited(ctx)) {
            ctx.println(READY);
            ctx.out().flush();
            return;
        }
        try {
            Subprocess.Result told = Subprocess.of("systemd-notify", "--ready")
                    .withTimeout(NOTIFY_LIMIT)
                    .run();
            // The barrier behind the message is for systemd only: others do not answer it.
            if (!told.untrustedStderr().contains("barrier")) {
                told.requireSuccess();
            }
        } catch (QubesException e) {
            ctx.warn("nobody was told that it serves: " + e.getMessage());
        }
    }
}
