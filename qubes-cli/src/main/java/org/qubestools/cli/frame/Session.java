package org.qubestools.cli.frame;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.core.Qubes;
import org.qubestools.core.QubesConfig;
import org.qubestools.core.edit.EditHooks;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.history.Author;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.HostSource;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmView;
import org.qubestools.core.runtime.HookPoint;
import org.qubestools.core.runtime.HostServices;
import org.qubestools.core.runtime.QrexecClient;
import org.qubestools.core.runtime.RunReport;
import org.qubestools.core.runtime.RunningSystem;
import org.qubestools.core.runtime.VmCommands;
import org.qubestools.core.runtime.VmStatuses;
import org.qubestools.core.store.LockWait;
import org.qubestools.core.store.StoreSnapshot;
import org.qubestools.core.vmm.LazyVmm;
import org.qubestools.core.vmm.Vmm;
import org.qubestools.core.vmm.VmmReport;

/** One run's way to the core, made from the common options and the environment. */
public final class Session implements AutoCloseable, HostSource {
    private final ToolContext ctx;
    private final Qubes qubes;
    private boolean toldUnreachable;

    private Session(ToolContext ctx, Qubes qubes) {
        this.ctx = ctx;
        this.qubes = qubes;
    }

    /** The caller closes it. */
    public static Session open(ParsedArguments args, ToolContext ctx) {
        return open(args, ctx, args.has(CommonOptions.OFFLINE));
    }

    /** For tools that never need the running system. */
    public static Session openOffline(ParsedArguments args, ToolContext ctx) {
        return open(args, ctx, true);
    }

    /** In a line of a batch. */
    static Session ofPart(ToolContext ctx, Qubes part) {
        return new Session(ctx, part);
    }

    private static Session open(ParsedArguments args, ToolContext ctx, boolean offline) {
        BatchPart part = ctx.part();
        if (part != null) {
            return part.open(ctx, offline);
        }
        Map<String, String> options = new HashMap<>();
        put(options, "QUBES_ROOT", args.value(CommonOptions.ROOT));
        put(options, "QUBES_LIBVIRT_URI", args.value(CommonOptions.CONNECT));
        if (offline) {
            options.put("QUBES_OFFLINE", "1");
        }
        QubesConfig config = QubesConfig.of(options, ctx.environment());
        LazyVmm vmm = config.offline() ? LazyVmm.offline() : LazyVmm.connectingBy(new Opener(ctx, config));
        Notice notice = new Notice(ctx, config);
        Optional<Integer> seconds = args.value(CommonOptions.LOCK_TIMEOUT);
        LockWait wait = seconds.isEmpty()
                ? LockWait.forever(notice)
                : LockWait.atMost(Duration.ofSeconds(seconds.get()), notice);
        Clock clock = ctx.clock();
        Author author = new Author(ctx.command(), ctx.host().userName());
        Qubes qubes = new Qubes(
                config,
                vmm,
                FileLayer.system(),
                clock,
                wait,
                new EditSteps(ctx, config),
                author,
                args.has(CommonOptions.DRY_RUN));
        if (ctx.verbose() && qubes.leavesGroupAlone()) {
            ctx.detail("there is no group '" + config.group() + "' below the root; files keep theirs");
        }
        return new Session(ctx, qubes);
    }

    private static void put(Map<String, String> options, String key, Optional<String> value) {
        if (value.isPresent()) {
            options.put(key, value.get());
        }
    }

    /** Has something done to the running system after the save: now, in a line of a batch when all of it is saved. */
    public void afterSave(BatchPart.Later work) {
        BatchPart part = ctx.part();
        if (part == null) {
            work.run(this);
        } else if (!qubes.vmm().isOffline()) {
            part.add(work);
        }
    }

    public Qubes qubes() {
        return qubes;
    }

    public QubesConfig config() {
        return qubes.config();
    }

    /** The VM with all its values depend on; an unreachable host counts as not known. */
    public VmView view(StoreSnapshot store, VmCollection vms, QubesVm vm) {
        return new VmView(vms, vm, store.pools(), this);
    }

    @Override
    public Optional<HostInfo> knownHost() {
        try {
            return qubes.vmm().knownHost();
        } catch (QubesException e) {
            tellUnreachable(e);
            return Optional.empty();
        }
    }

    /** The run states; not known, with one warning, when the VMM cannot be reached. */
    public VmStatuses statuses() {
        try {
            return VmStatuses.look(qubes.vmm(), config());
        } catch (QubesException e) {
            tellUnreachable(e);
            return VmStatuses.unknown(config());
        }
    }

    /** The running side of the VMs of {@code store}; the caller closes it. */
    public RunningSystem running(StoreSnapshot store, RunReport report) {
        return qubes.running(store, services(report), ctx.host().waitTime(), report);
    }

    /** The same for another thread, which closes it before {@code system} is closed. */
    public RunningSystem beside(RunningSystem system, RunReport report) {
        return system.beside(services(report), report);
    }

    private HostServices services(RunReport report) {
        HostServices.Surroundings around = new HostServices.Surroundings(
                config(),
                ctx.host().effectiveUserId() == 0,
                ctx.environment(),
                config().settings(),
                ctx.host().waitTime(),
                new Warnings(report));
        return ctx.host().services(qubes.vmm(), around);
    }

    /** The way to run services in VMs. In offline mode, where the VMM cannot be asked, it is qrexec. */
    public QrexecClient commands() {
        QrexecClient ofHost = ctx.host().qrexec();
        return qubes.vmm().isOffline()
                ? ofHost
                : VmCommands.of(
                        qubes.vmm().traits(), ofHost, config(), ctx.host().waitTime());
    }

    private void tellUnreachable(QubesException e) {
        if (e.kind() != ErrorKind.VMM_UNREACHABLE) {
            throw e;
        }
        if (!toldUnreachable) {
            toldUnreachable = true;
            ctx.warn(e.getMessage() + "; run states and facts of the host are not known");
        }
    }

    @Override
    public void close() {
        qubes.close();
    }

    /** No lambda: this is on the way of every run. */
    private record Notice(ToolContext ctx, QubesConfig config) implements Consumer<String> {
        @Override
        public void accept(String line) {
            ctx.note(config.shownIn(line));
        }
    }

    /** No lambda: the first uses of one and of its method take longer than all that the services need. */
    private record Warnings(RunReport report) implements Consumer<String> {
        @Override
        public void accept(String line) {
            report.warn(line);
        }
    }

    /** Hands the steps of edits over to the hooks of the host, which nobody loads before there is one. */
    private record EditSteps(ToolContext ctx, QubesConfig config) implements EditHooks, Consumer<String> {
        @Override
        public void accept(String line) {
            ctx.warn(line);
        }

        @Override
        public void at(Step step, VmView vm, List<String> arguments) {
            ctx.host().hooks(config, this).at(HookPoint.valueOf(step.name()), vm, arguments);
        }
    }

    /** No lambda either. A new connection after a lost one says the same again, which is told once. */
    private static final class Opener implements LazyVmm.Opener, VmmReport {
        private final ToolContext ctx;
        private final QubesConfig config;
        private boolean hinted;

        Opener(ToolContext ctx, QubesConfig config) {
            this.ctx = ctx;
            this.config = config;
        }

        @Override
        public Vmm open() {
            return ctx.vmms().open(config, this);
        }

        @Override
        public void warn(String line) {
            ctx.warn(line);
        }

        @Override
        public synchronized void hint(String line) {
            if (!hinted) {
                hinted = true;
                ctx.note(line);
            }
        }

        @Override
        public void prepare() {
            ctx.vmms().prepare();
        }
    }
}
