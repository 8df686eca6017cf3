package org.qubestools.cli.qubesdb;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Host;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.PicocliModel;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.cli.output.Json;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.LineSocket;
import org.qubestools.qubesdb.QubesDbDisconnectedException;
import org.qubestools.qubesdb.daemon.DaemonOptions;
import org.qubestools.qubesdb.daemon.QubesDbHost;
import org.qubestools.qubesdb.daemon.SocketFiles;

/** {@code qubesdb-hostd}: the databases of all domains of a host in one process; and what to tell it. */
public final class HostTool implements Tool {
    private static final String NAME = "qubesdb-hostd";
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");
    private static final Opt<Set<PosixFilePermission>> MODE = Opt.value(new SocketMode(), "OCTAL", "--rw-socket-perms")
            .help("permissions of the domains' sockets (default: 660)");

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int LONGEST_ANSWER = 1 << 20;

    @Override
    public ToolSpec spec() {
        return new ToolSpec(NAME, "serve the databases of all domains of a host")
                .operands("[start NAME|stop NAME|list]", 0, 2)
                .commands(List.of("start", "stop", "list"))
                .options(MODE)
                .likeGetopt(DbOptions.USAGE)
                .note("Without operands it serves until SIGTERM, and prints 'ready' when it can be told what to do, or"
                        + " tells systemd where NOTIFY_SOCKET is set. With operands it tells the one that serves.")
                .note("It is controlled by lines of JSON over qubesdb-hostd.sock in the folder of the sockets, see"
                        + " docs/qubesdb.md.")
                .example("qubesdb-hostd", "serve")
                .example("qubesdb-hostd start work", "from now on the domain work too")
                .exitCode(1, "refused, or there is no such daemon; wrong options or operands");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) throws IOException {
        if (args.has(DbOptions.USAGE)) {
            ctx.err().print(PicocliModel.help(spec(), false));
            ctx.err().flush();
            return ExitCode.OK;
        }
        Path folder = SocketFolder.of(ctx).folder();
        if (!args.operands().isEmpty()) {
            return tell(folder, args.operands(), ctx);
        }
        try {
            return serve(folder, args, ctx);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted", null, e);
        }
    }

    // ---- the daemon

    private static int serve(Path folder, ParsedArguments args, ToolContext ctx)
            throws IOException, InterruptedException {
        Set<PosixFilePermission> mode = args.value(MODE).orElse(SocketMode.FOR_GROUP);
        DaemonOptions options = DaemonOptions.DEFAULT.withModes(mode, mode).withLog(line -> ctx.note(line));
        CountDownLatch stop = new CountDownLatch(1);
        try (Host.Registration signals = ctx.host().onInterrupt(stop::countDown);
                SocketFiles files = new SocketFiles(folder, NAME);
                QubesDbHost host = QubesDbHost.open();
                ControlDoor door =
                        ControlDoor.open(files.socket(NAME + ".sock", OWNER), new HostControl(host, folder, options))) {
            DaemonSigns.ready(ctx);
            stop.await();
        }
        return ExitCode.OK;
    }

    // ---- who tells it

    private static int tell(Path folder, List<String> operands, ToolContext ctx) throws IOException {
        Path socket = folder.resolve(NAME + ".sock");
        String request = request(operands);
        String answer;
        try (LineSocket hostd = LineSocket.connect(socket)) {
            answer = hostd.ask(request, LONGEST_ANSWER, so -> so.endsWith("\n"), LIMIT);
        } catch (IOException e) {
            throw new QubesDbDisconnectedException("no " + NAME + ": " + socket + ": " + e.getMessage(), e);
        }
        if (answer.isEmpty()) {
            throw new QubesDbDisconnectedException(NAME + " hung up");
        }
        return HostAnswer.report(operands.get(0), answer, ctx);
    }

    private static String request(List<String> operands) {
        String op = operands.get(0);
        boolean named = op.equals("start") || op.equals("stop");
        if (!named && !op.equals("list")) {
            throw Usage.error("start, stop or list expected");
        }
        if (operands.size() != (named ? 2 : 1)) {
            throw Usage.error(named ? "the name of a domain expected" : "list takes no name");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Json json = Json.line(new PrintStream(bytes, false, StandardCharsets.UTF_8))) {
            json.beginObject().field("op", op);
            if (named) {
                json.field("domain", operands.get(1));
            }
            json.end();
        }
        return bytes.toString(StandardCharsets.UTF_8).strip();
    }
}
