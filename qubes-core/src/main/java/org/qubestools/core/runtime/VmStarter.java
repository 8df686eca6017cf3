package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.AtomicFile;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.Rollback;
import org.qubestools.core.io.UndoStack;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.vmm.DomainSpec;

/**
 * Starts VMs, with the NetVMs that they need. Until the VM runs, a failure takes back all that its start did, but for its
 * definition; after that the VM stays, and the error says so. NetVMs that were started stay.
 */
public final class VmStarter {
    private static final int CONFIG_MODE = 0664;
    private static final int MAX_CONFIG = 1 << 20;

    private final RunningSystem system;
    private final StartChecks checks;
    private final GuestData guests;
    private final NetworkAttachment network;
    private final DisposableStart disposables;

    public VmStarter(RunningSystem system) {
        this.system = system;
        this.checks = new StartChecks(system);
        this.guests = new GuestData(system);
        this.network = new NetworkAttachment(system);
        this.disposables = new DisposableStart(system);
    }

    /**
     * Starts a VM.
     *
     * @return number of its domain
     * @throws QubesException WRONG_STATE if it is not halted, or is starting already; others name the step
     */
    public int start(QubesVm vm, StartOptions options) {
        RunningSystem.refuseDom0(vm, "started");
        system.vmm().requireOnline();
        checks.requireIdentity(vm);
        try (Turns.Turn turn = system.turns().on(vm);
                StartLocks.Held lock = system.locks().take(vm)) {
            return startLocked(vm, options);
        }
    }

    private int startNeeded(QubesVm netvm, StartOptions options) {
        checks.requireIdentity(netvm);
        try (StartLocks.Held lock = system.locks().await(netvm, system.report(), system.time())) {
            return startLocked(netvm, options.forNetvm());
        }
    }

    private int startLocked(QubesVm stored, StartOptions options) {
        if (!options.skipIfRunning() || system.state(stored) == PowerState.HALTED) {
            checks.requireHalted(stored);
            QubesVm vm = forThisStart(system.now(stored), options);
            checks.check(vm);
            startNetvm(vm, options);
            guests.checkSizes(vm);
            system.report().requireWanted();
            system.report().note("starting VM '" + vm.name() + "'");
            system.live(vm).refresh();
            int id = run(system.identified(vm), options);
            afterwards(system.now(vm), id, options);
        }
        return system.live(stored).id();
    }

    /** The VM with what shall hold for this start alone. */
    private QubesVm forThisStart(QubesVm vm, StartOptions options) {
        QubesVm changed = options.debug() ? vm.with(Attributes.DEBUG, true) : vm;
        if (options.drive() != null) {
            if (!vm.vmClass().isHvm()) {
                throw new QubesException(
                        ErrorKind.INVALID_VALUE,
                        "VM '" + vm.name() + "' is " + vm.vmClass().withArticle() + "; only an HVM has a drive");
            }
            changed = changed.with(Attributes.DRIVE, options.drive());
        }
        return system.replace(changed);
    }

    private void startNetvm(QubesVm vm, StartOptions options) {
        QubesVm netvm = system.netvm(vm);
        if (netvm == null || netvm.qid() == 0) {
            return;
        }
        try (Turns.Turn turn = system.turns().on(netvm)) { // one that starts counts as running long before it is ready
            if (!system.isRunning(netvm)) {
                startNeeded(netvm, options);
            }
        }
    }

    /** From the images to the running domain. */
    private int run(QubesVm vm, StartOptions options) {
        UndoStack undo = new UndoStack();
        try {
            int id = steps(vm, options, undo);
            undo.commit();
            return id;
        } catch (QubesException e) {
            system.live(vm).refresh();
            throw Rollback.of(e, undo);
        } catch (RuntimeException | Error e) {
            Rollback.ofBug(e, undo);
            throw e;
        }
    }

    private int steps(QubesVm vm, StartOptions options, UndoStack undo) {
        RunReport report = system.report();
        boolean restored = disposables.isRestored(vm);
        if (!restored) {
            prepare(vm, options, undo);
        }
        report.requireWanted();
        MemoryManager.Grant grant = requestMemory(vm, undo);
        StartedDomain domain = new StartedDomain(system, vm);
        domain.takeDevices(undo);
        undo.push("QubesDB daemon of VM '" + vm.name() + "'", domain::stopDatabase);
        undo.push("paused domain '" + vm.name() + "'", domain::destroy);
        int id = restored ? restore(vm, domain, options, undo) : domain.create();
        domain.startDatabase(id);
        report.requireWanted();
        guests.write(vm, id, options.preparingDisposable() || vm.vmClass() == VmClass.DISPOSABLE);
        guests.rewriteFirewalls(vm);
        system.host().hooks().at(HookPoint.START, system.view(vm), List.of());
        report.requireWanted();
        domain.resume();
        if (grant != null) {
            grant.close();
        }
        return id;
    }

    private void prepare(QubesVm vm, StartOptions options, UndoStack undo) {
        disposables.prepareImages(vm, undo, system.report()::warn);
        define(vm, options);
    }

    /** From the saved image; a driver that cannot restore it under another definition boots the VM. */
    private int restore(QubesVm vm, StartedDomain domain, StartOptions options, UndoStack undo) {
        OptionalInt id = disposables.restore(vm, domain);
        if (id.isPresent()) {
            return id.getAsInt();
        }
        system.report()
                .note("VM '" + vm.name() + "' is booted: the driver cannot restore the saved image under its name");
        prepare(vm, options, undo);
        return domain.create();
    }

    private void define(QubesVm vm, StartOptions options) {
        Path own = options.customConfig() != null ? options.customConfig() : ownConfig(vm);
        DomainSpec spec = new DomainSpec(
                Objects.requireNonNull(vm.get(Attributes.UUID)),
                system.view(vm),
                own == null ? null : text(vm, own),
                vm.vmClass() == VmClass.DISPOSABLE);
        system.vmm().define(spec);
        if (own == null) {
            keepConfig(vm, system.vmm().definitionText(spec));
        }
    }

    /** The definition that the store names for this VM instead of the ordinary one. */
    private @Nullable Path ownConfig(QubesVm vm) {
        String config = system.view(vm).files().config();
        if (config == null || config.endsWith("/" + vm.name() + ".conf")) {
            return null;
        }
        return system.place().paths().real(config);
    }

    private static String text(QubesVm vm, Path config) {
        try {
            if (Files.size(config) > MAX_CONFIG) {
                throw new QubesException(
                        ErrorKind.INVALID_VALUE,
                        "the definition of VM '" + vm.name() + "' is too long: " + config,
                        "at most " + MAX_CONFIG + " bytes are taken");
            }
            return new String(Files.readAllBytes(config), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "cannot read the definition of VM '" + vm.name() + "', " + config + ": " + IoReason.of(e),
                    IoReason.advice(e),
                    e);
        }
    }

    /** Leaves the definition in the VM's directory, for people; nothing reads it. */
    private void keepConfig(QubesVm vm, String text) {
        String config = system.view(vm).files().config();
        if (config == null) {
            return;
        }
        try {
            AtomicFile.replace(
                    system.place().layer(),
                    system.place().paths().real(config),
                    text.getBytes(StandardCharsets.UTF_8),
                    CONFIG_MODE,
                    system.place().ownership());
        } catch (IOException e) {
            system.report().note("could not write " + config + ": " + IoReason.of(e));
        }
    }

    private MemoryManager.@Nullable Grant requestMemory(QubesVm vm, UndoStack undo) {
        if (!system.traits().xenstore()) {
            return null;
        }
        MemoryManager.Grant grant = system.host().memory().request(MemoryAmount.bytes(system.view(vm)));
        undo.push("memory for VM '" + vm.name() + "'", grant::close);
        return grant;
    }

    /** What comes once the VM runs. */
    private void afterwards(QubesVm vm, int id, StartOptions options) {
        if (system.traits().qubesDaemons()) {
            daemons(vm, id, options);
        }
        if (vm.vmClass().givesNetwork()) {
            network.reattachClients(vm);
        }
        if (vm.vmClass() == VmClass.PROXY) {
            guests.writeNetvmId(vm);
        }
    }

    private void daemons(QubesVm vm, int id, StartOptions options) {
        SessionDaemons daemons = system.host().daemons();
        SessionDaemons.GuiMode mode = options.preparingDisposable()
                ? SessionDaemons.GuiMode.INVISIBLE
                : options.verbose() ? SessionDaemons.GuiMode.VERBOSE : SessionDaemons.GuiMode.ORDINARY;
        boolean atQrexec = false;
        try {
            if (options.gui()) {
                daemons.startGui(system.view(vm), id, true, mode);
            }
            if (!options.preparingDisposable()) {
                atQrexec = true;
                daemons.startQrexec(system.view(vm), id, options.verbose());
                atQrexec = false;
            }
            if (options.gui()) {
                daemons.startGui(system.view(vm), id, false, mode);
            }
        } catch (QubesException e) {
            // Of an HVM without an agent nobody would ever hear: the daemon waits until one is installed.
            boolean unheard = vm.vmClass().isHvm() && !system.view(vm).facts().qrexecInstalled();
            throw atQrexec && unheard ? killed(vm, e) : running(vm, e);
        }
    }

    private static QubesException running(QubesVm vm, QubesException e) {
        return new QubesException(
                e.kind(),
                "VM '" + vm.name() + "' runs, but not all that belongs to it: " + e.getMessage(),
                e.hint().orElse("'qvm-kill " + vm.name() + "' ends it"),
                e);
    }

    private QubesException killed(QubesVm vm, QubesException e) {
        UndoStack undo = new UndoStack();
        undo.push("domain '" + vm.name() + "'", () -> {
            if (system.isRunning(vm)) {
                new VmStopper(system).kill(vm);
            }
        });
        return Rollback.of(e, undo);
    }
}
