package org.qubestools.cli.tool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Host;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.cli.output.Json;
import org.qubestools.cli.output.PropertyText;
import org.qubestools.cli.output.Table;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.runtime.VmStatuses;
import org.qubestools.core.store.StoreSnapshot;

/** {@code qvm-top}: what running VMs use of CPU and memory, once or again and again. */
public final class TopTool implements Tool {
    private static final double MIB_PER_GIB = 1024;
    private static final int BUSIEST = 3;

    private static final Opt<String> LIST =
            Opt.words("N [PERCENT]", "--list").help("one line: the N (3) busiest above PERCENT (0), and all memory");
    private static final Opt<Integer> COUNT = Opt.number("N", 1, Integer.MAX_VALUE, "-n", "--count")
            .help("that many tables (default: one; on a terminal until it is interrupted)");
    private static final Opt<Integer> INTERVAL = Opt.number("SECONDS", 1, 3600, "-i", "--interval")
            .help("time over which the use of CPU is measured (default: 1)");

    /** What one VM uses. */
    private record Use(String name, boolean isDom0, double cpu, long mib) {}

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-top", "show what running VMs use of CPU and memory")
                .operands("", 0, 0)
                .options(LIST, COUNT, INTERVAL)
                .readsStore()
                .needsSystem()
                .note("With --json each table is an object on a line of its own.")
                .example("qvm-top", "watch, until Ctrl-C")
                .example("qvm-top --list 5 10", "the five busiest above 10 percent, for a status bar");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        List<String> limits = args.values(LIST);
        int busiest = limits.isEmpty() ? BUSIEST : (int) number(limits.get(0));
        double above = limits.size() < 2 ? 0 : number(limits.get(1));
        if (limits.size() > 2) {
            throw Usage.error("--list takes a number and a percentage");
        }
        AtomicBoolean ended = new AtomicBoolean();
        try (Session session = Session.open(args, ctx);
                Host.Registration guard = ctx.host().onInterrupt(() -> ended.set(true))) {
            session.qubes().vmm().requireOnline();
            StoreSnapshot store = session.qubes().load();
            boolean live = ctx.host().outputIsTerminal() && !args.has(LIST);
            int count = args.value(COUNT).orElse(live ? Integer.MAX_VALUE : 1);
            Sampler sampler = new Sampler(
                    session, store, ctx.host().waitTime(), args.value(INTERVAL).orElse(1));
            for (int i = 0; i < count && !ended.get(); i++) {
                List<Use> uses = sampler.next();
                if (ctx.isJson()) {
                    json(ctx, uses);
                } else if (args.has(LIST)) {
                    ctx.out().print(line(uses, busiest, above));
                } else {
                    table(ctx, uses, live && i > 0);
                }
                ctx.out().flush();
            }
            return ExitCode.OK;
        }
    }

    private static double number(String untrusted) {
        boolean digits = !untrusted.isEmpty() && untrusted.length() <= 6;
        for (int i = 0; i < untrusted.length(); i++) {
            char c = untrusted.charAt(i);
            digits &= (c >= '0' && c <= '9') || (c == '.' && untrusted.indexOf('.') == i);
        }
        if (!digits || untrusted.equals(".")) {
            throw Usage.error("--list takes a number and a percentage");
        }
        return Double.parseDouble(untrusted);
    }

    /** Looks again and again; each look is compared with the one before. */
    private static final class Sampler {
        private final Session session;
        private final StoreSnapshot store;
        private final WaitTime time;
        private final Duration interval;
        private @Nullable VmStatuses before;
        private long beforeMillis;

        Sampler(Session session, StoreSnapshot store, WaitTime time, int seconds) {
            this.session = session;
            this.store = store;
            this.time = time;
            this.interval = Duration.ofSeconds(seconds);
        }

        List<Use> next() {
            VmStatuses first = before;
            if (first == null) {
                first = look();
                beforeMillis = time.millis();
            }
            pause();
            VmStatuses now = look();
            long nowMillis = time.millis();
            List<Use> uses = uses(first, now, (nowMillis - beforeMillis) / 1000.0);
            before = now;
            beforeMillis = nowMillis;
            return uses;
        }

        private VmStatuses look() {
            return VmStatuses.look(session.qubes().vmm(), session.config());
        }

        private void pause() {
            try {
                time.sleep(interval);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private List<Use> uses(VmStatuses earlier, VmStatuses now, double seconds) {
            List<Use> uses = new ArrayList<>();
            for (QubesVm vm : store.vms().byQidOrder()) {
                if (now.isRunning(vm)) {
                    Double cpu = now.cpuPercent(session.view(store, store.vms(), vm), earlier, seconds);
                    Long mib = now.memoryMib(vm);
                    uses.add(new Use(vm.name(), vm.qid() == 0, cpu == null ? 0 : cpu, mib == null ? 0 : mib));
                }
            }
            uses.sort((one, other) -> Double.compare(other.cpu(), one.cpu()));
            return uses;
        }
    }

    private static void table(ToolContext ctx, List<Use> uses, boolean again) {
        if (again) {
            ctx.out().print("\033[H\033[J");
        }
        Table table = Table.of(List.of("name", "cpu", "mem"));
        for (Use use : uses) {
            table.row(List.of(use.name(), oneDecimal(use.cpu()), String.valueOf(use.mib())));
        }
        table.writeTo(ctx.out());
    }

    private static String line(List<Use> uses, int busiest, double above) {
        StringBuilder line = new StringBuilder();
        long vms = 0;
        long dom0 = 0;
        int shown = 0;
        for (Use use : uses) {
            if (shown < busiest && use.cpu() > above) {
                line.append(oneDecimal(use.cpu()))
                        .append(' ')
                        .append(PropertyText.safe(use.name()))
                        .append(", ");
                shown++;
            }
            vms += use.isDom0() ? 0 : use.mib();
            dom0 += use.isDom0() ? use.mib() : 0;
        }
        if (shown > 0) {
            line.append(" ... | ");
        }
        return line + oneDecimal(vms / MIB_PER_GIB) + " G + " + oneDecimal(dom0 / MIB_PER_GIB) + " G";
    }

    private static String oneDecimal(double number) {
        return String.format(Locale.ROOT, "%.1f", number);
    }

    private static void json(ToolContext ctx, List<Use> uses) {
        List<Object> vms = new ArrayList<>();
        for (Use use : uses) {
            Map<String, Object> vm = new LinkedHashMap<>();
            vm.put("name", use.name());
            vm.put("cpu_percent", Math.round(use.cpu() * 10) / 10.0);
            vm.put("memory_mib", use.mib());
            vms.add(vm);
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("type", "top");
        result.put("vms", vms);
        try (Json json = Json.line(ctx.out())) {
            json.element(result);
        }
    }
}
