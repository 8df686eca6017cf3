package org.qubestools.cli.qubesdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Host;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.PicocliModel;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.qubesdb.QubesDbSockets;
import org.qubestools.qubesdb.daemon.DaemonLink;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.QubesDbDaemon;

/** {@code qubesdb-daemon}: the database of one domain, started as the original is. */
public final class DaemonTool implements Tool {
    private static final Opt<Set<PosixFilePermission>> MODE =
            Opt.value(new SocketMode(), "OCTAL", "--rw-socket-perms").help("permissions of the socket (default: 666)");
    private static final Opt<Boolean> FOREGROUND =
            Opt.flag("--foreground").help("do not go to the background; print 'ready' when clients can connect");
    private static final Opt<String> LINK =
            Opt.text("PATH", "--link").help("the link: a device, or a socket, which the side of dom0 makes");

    private static final Duration LOOK = Duration.ofMillis(500);

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qubesdb-daemon", "serve the database of one domain")
                .operands("DOMID [NAME]", 0, ToolSpec.ANY)
                .options(MODE, LINK, FOREGROUND)
                .likeGetopt(DbOptions.USAGE)
                .note("With NAME: the side of dom0, linked to the daemon in the domain DOMID; of domain 0, or where no"
                        + " link is wanted, without one. Without NAME: the side within a domain.")
                .note("Goes to the background and returns when clients can connect; its messages go to"
                        + " qubesdb.NAME.log in /var/log/qubes (QUBES_LOG_DIR names another folder). Where"
                        + " NOTIFY_SOCKET is set it stays and tells systemd. SIGTERM ends it.")
                .example("qubesdb-daemon 0 dom0", "the database of dom0 itself, which is the local one too")
                .example("qubesdb-daemon 5 work", "that of the running domain work")
                .exitCode(1, "it could not be started; wrong options or operands");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) throws IOException {
        List<String> operands = args.operands();
        boolean wrong = operands.isEmpty() || operands.size() > 2;
        if (wrong || args.has(DbOptions.USAGE)) {
            ctx.err().print(PicocliModel.help(spec(), false));
            ctx.err().flush();
            return args.has(DbOptions.USAGE) ? ExitCode.OK : ExitCode.FAILED;
        }
        String name = operands.size() == 2 && !operands.get(1).isEmpty() ? checked(operands.get(1)) : null;
        try {
            if (args.has(FOREGROUND) || DaemonSigns.isAwaited(ctx)) {
                return serve(name, args, ctx);
            }
            return new DaemonProcess(spec().name(), name, ctx).start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted", null, e);
        }
    }

    private static String checked(String untrustedName) {
        try {
            return QubesDbSockets.requireName(untrustedName);
        } catch (IllegalArgumentException e) {
            throw Usage.error(String.valueOf(e.getMessage()));
        }
    }

    /** Serves until a signal comes. */
    private static int serve(@Nullable String name, ParsedArguments args, ToolContext ctx)
            throws IOException, InterruptedException {
        Path folder = SocketFolder.of(ctx).folder();
        int domain = Words.number(args.operand(0));
        DaemonOptions options = options(folder, domain, name, args, ctx);
        CountDownLatch stop = new CountDownLatch(1);
        try (Host.Registration signals = ctx.host().onInterrupt(stop::countDown);
                QubesDbDaemon daemon = name == null
                        ? QubesDbDaemon.startLocal(folder, options)
                        : QubesDbDaemon.start(folder, name, options)) {
            while (!daemon.awaitServing(LOOK)) {
                if (stop.getCount() == 0) {
                    return ExitCode.OK;
                }
            }
            DaemonSigns.ready(ctx);
            stop.await();
        }
        return ExitCode.OK;
    }

    private static DaemonOptions options(
            Path folder, int domain, @Nullable String name, ParsedArguments args, ToolContext ctx) {
        DaemonOptions options = DaemonOptions.DEFAULT
                .withModes(args.value(MODE).orElse(SocketMode.FOR_ALL), SocketMode.FOR_ALL)
                .withLog(line -> ctx.note(line))
                .withLink(link(folder, domain, name, args));
        return domain == 0 && name != null ? options.asLocal() : options;
    }

    /** Where no link is named it is a socket with the name that the original's test transport gives it. */
    private static DaemonLink link(Path folder, int domain, @Nullable String name, ParsedArguments args) {
        String given = args.value(LINK).orElse("");
        if (domain == 0 && name != null && given.isEmpty()) {
            return DaemonLink.NONE;
        }
        Path path = given.isEmpty() ? folder.resolve("vchan/vchan.0." + domain + ".111.sock") : Path.of(given);
        if (isDevice(path)) {
            return new DaemonLink.Device(path);
        }
        return name == null ? new DaemonLink.Connect(path) : new DaemonLink.Listen(path);
    }

    private static boolean isDevice(Path path) {
        try {
            // A special file, and no socket: what the JDK calls "other" are both.
            return Files.exists(path) && ((Integer) Files.getAttribute(path, "unix:mode") & 0xf000) == 0x2000;
        } catch (IOException e) {
            return false; // who opens it says what is wrong
        }
    }
}
