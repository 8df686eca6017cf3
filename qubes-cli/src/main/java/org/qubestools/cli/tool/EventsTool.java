package org.qubestools.cli.tool;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Host;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.QubesConfig;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.runtime.ChangeFeed;
import org.qubestools.core.runtime.Happening;
import org.qubestools.core.runtime.SocketDatabases;
import org.qubestools.qubesdb.QubesDbArgumentException;
import org.qubestools.qubesdb.QubesDbPath;

/** {@code qvm-events}: prints what happens to the VMs, one JSON object a line. */
public final class EventsTool implements Tool {
    private static final Opt<String> KEYS = Opt.text("PATH", "--qubesdb")
            .repeatable()
            .help("watch this key in the QubesDB of running VMs, or with a '/' at its end all below it (default: /)");
    private static final Opt<Boolean> NO_KEYS = Opt.flag("--no-qubesdb").help("no events of QubesDB");
    private static final Opt<Integer> COUNT =
            Opt.number("N", 1, Integer.MAX_VALUE, "-n", "--count").help("end after N events (default: without end)");
    private static final Opt<Integer> SECONDS = Opt.number("SECONDS", 0, Integer.MAX_VALUE, "--timeout")
            .help("end after SECONDS without an event (default: without end)");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-events", "print what happens to VMs, one JSON object a line")
                .operands("[VM ...]", 0, ToolSpec.ANY)
                .options(CommonOptions.QUIET, KEYS, NO_KEYS, COUNT, SECONDS)
                .readsStore()
                .needsSystem()
                .note("Events come in order, each at once: of domains, of the store, of keys in the QubesDB of running "
                        + "VMs. None is dropped without a word: where events may be missing, there is one of type "
                        + "\"gap\". With names of VMs: only their events, and every gap. The first line, of type "
                        + "\"ready\", says that nothing is missed from then on.")
                .example("qvm-events", "until it is interrupted")
                .example("qvm-events --no-qubesdb -n 1 work", "wait until something happens to 'work'")
                .exitCode(0, "as many events as asked for were printed, or it was interrupted")
                .exitCode(ExitCode.FAILED, "refused or failed; --timeout passed");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) throws InterruptedIOException {
        List<QubesDbPath> keys = keys(args);
        Thread self = Thread.currentThread();
        try (Session session = Session.open(args, ctx);
                Host.Registration registration = ctx.host().onInterrupt(self::interrupt)) {
            QubesConfig config = session.config();
            for (String name : args.operands()) {
                session.qubes().load().vms().require(name);
            }
            try (ChangeFeed feed = ChangeFeed.open(
                    session.qubes().vmm(),
                    () -> session.qubes().load().vms(),
                    config.store(),
                    SocketDatabases.in(config.real("/var/run/qubes")),
                    ChangeFeed.Options.of(keys))) {
                EventLine.ready(ctx);
                return print(feed, args, ctx);
            } catch (InterruptedException e) {
                return ExitCode.OK; // how it is meant to end
            }
        }
    }

    private static List<QubesDbPath> keys(ParsedArguments args) {
        List<String> untrusted = args.values(KEYS);
        if (args.has(NO_KEYS)) {
            if (!untrusted.isEmpty()) {
                throw Usage.error("--qubesdb and --no-qubesdb exclude each other");
            }
            return List.of();
        }
        List<QubesDbPath> keys = new ArrayList<>();
        for (String path : untrusted.isEmpty() ? List.of("/") : untrusted) {
            try {
                keys.add(new QubesDbPath(path));
            } catch (QubesDbArgumentException e) {
                throw Usage.error("option '--qubesdb': " + e.getMessage());
            }
        }
        return keys;
    }

    private static int print(ChangeFeed feed, ParsedArguments args, ToolContext ctx) throws InterruptedException {
        Duration limit = args.value(SECONDS).map(Duration::ofSeconds).orElse(Duration.ofDays(365));
        Set<String> names = new HashSet<>(args.operands());
        int left = args.value(COUNT).orElse(Integer.MAX_VALUE);
        while (left > 0) {
            Optional<Happening> next = feed.next(limit);
            if (next.isEmpty()) {
                throw new QubesException(ErrorKind.FAILED, "no event within the time of --timeout");
            }
            String vm = EventLine.vm(next.get());
            if (names.isEmpty() || next.get() instanceof Happening.Gap || names.contains(vm)) {
                EventLine.print(next.get(), ctx);
                if (ctx.out().checkError()) {
                    return ExitCode.OK; // the reader went away
                }
                left -= left == Integer.MAX_VALUE ? 0 : 1;
            }
        }
        return ExitCode.OK;
    }
}
