package org.qubestools.core.runtime;

import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmView;
import org.qubestools.core.storage.StartImages;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.LazyVmm;
import org.qubestools.core.vmm.VmmTraits;

/**
 * The stored VMs together with what runs of them: what starting, stopping and connecting them has in common. Nothing is
 * connected to before it is needed. For one thread; each other one gets its own {@link #beside} it.
 */
public final class RunningSystem implements AutoCloseable {
    private static final String RUN_DIR = "/var/run/qubes";

    private final LazyVmm vmm;
    private final Place place;
    private final Pools pools;
    private final HostServices host;
    private final UuidKeeper uuids;
    private final RunReport report;
    private final StartLocks locks;
    private final Turns turns;
    private final boolean ownsLocks;
    private final Map<Integer, LiveVm> live = new HashMap<>();
    private VmCollection vms;

    /**
     * Where files are, and how they are changed.
     *
     * @param paths leads to the files of VMs and of the host
     * @param layer through which files are changed
     * @param ownership group of the files of VMs
     * @param time passes while something is waited for
     * @param clock tells the date
     */
    public record Place(RealPaths paths, FileLayer layer, Ownership ownership, WaitTime time, Clock clock) {}

    /** The VMs of {@code vms}; {@code vmm} stays the caller's. */
    public RunningSystem(
            LazyVmm vmm,
            Place place,
            VmCollection vms,
            Pools pools,
            HostServices host,
            UuidKeeper uuids,
            RunReport report) {
        this.vmm = vmm;
        this.place = place;
        this.vms = vms;
        this.pools = pools;
        this.host = host;
        this.uuids = uuids;
        this.report = report;
        this.locks = new StartLocks(place.paths().real(RUN_DIR));
        this.turns = new Turns();
        this.ownsLocks = true;
    }

    private RunningSystem(RunningSystem first, HostServices host, RunReport report) {
        this.vmm = first.vmm;
        this.place = first.place;
        this.pools = first.pools;
        this.uuids = first.uuids;
        this.locks = first.locks;
        this.turns = first.turns;
        this.ownsLocks = false;
        this.vms = first.vms;
        this.host = host;
        this.report = report;
    }

    /**
     * The same VMs for another thread, which closes it, before this one is closed: with connections of its own to databases,
     * and with the same VMM and the same locks. What either learns of VMs the other does not.
     *
     * @param services of the same host; what they warn of belongs to {@code listener}
     */
    public RunningSystem beside(HostServices services, RunReport listener) {
        return new RunningSystem(this, services, listener);
    }

    /** The VMs as they are now: one that starts may have got an identity since they were loaded. */
    public VmCollection vms() {
        return vms;
    }

    /** Takes over the VMs as an edit has left them; what was known of running ones is dropped. */
    public void adopt(VmCollection fresh) {
        closeLive();
        vms = fresh;
    }

    /** Tells the user what is not as it should be. */
    public void warn(String message) {
        report.warn(message);
    }

    /** The VM as it is now. */
    public QubesVm now(QubesVm vm) {
        return vms.byKey(vm.key());
    }

    public VmView view(QubesVm vm) {
        return new VmView(vms, vm, pools, vmm);
    }

    public LazyVmm vmm() {
        return vmm;
    }

    VmmTraits traits() {
        return vmm.traits();
    }

    /**
     * The way to run commands in VMs, see {@link VmCommands}.
     *
     * @param ofHost the way to this host's qrexec
     */
    public QrexecClient commands(QrexecClient ofHost) {
        return VmCommands.of(traits(), ofHost, place.paths(), time());
    }

    public HostServices host() {
        return host;
    }

    /** Where a path of dom0, as users know it, really is. */
    public Path real(String fixedPath) {
        return place.paths().real(fixedPath);
    }

    RunReport report() {
        return report;
    }

    StartLocks locks() {
        return locks;
    }

    Turns turns() {
        return turns;
    }

    Place place() {
        return place;
    }

    WaitTime time() {
        return place.time();
    }

    StartImages images() {
        return new StartImages(place.paths(), host.volatiles(), place.layer(), place.ownership());
    }

    /** The running side of a VM, one object for it as long as this lives. */
    public LiveVm live(QubesVm vm) {
        LiveVm known = live.get(vm.key());
        if (known == null) {
            known = new LiveVm(vm, vmm, host.databases());
            live.put(vm.key(), known);
        }
        return known;
    }

    /** Its domain, defined or active, by one look; empty for dom0. */
    public Optional<DomainSnapshot> domain(QubesVm vm) {
        vmm.requireOnline();
        return vm.qid() == 0 ? Optional.empty() : vmm.find(DomainKey.of(now(vm)));
    }

    /** The states of all VMs, by one look. */
    public VmStatuses statuses() {
        vmm.requireOnline();
        return VmStatuses.look(vmm, place.paths());
    }

    /** Whether the VM is active; dom0 always is. */
    public boolean isRunning(QubesVm vm) {
        vmm.requireOnline();
        return vm.qid() == 0 || domain(vm).map(DomainSnapshot::active).orElse(false);
    }

    /** Its state, from one look at its domain. */
    public PowerState state(QubesVm vm) {
        if (vm.qid() == 0) {
            return PowerState.RUNNING;
        }
        DomainSnapshot domain = domain(vm).orElse(null);
        if (domain == null || !domain.active()) {
            return PowerState.HALTED;
        }
        return PowerState.ofActive(domain.state(), isComplete(vm, domain));
    }

    private boolean isComplete(QubesVm vm, DomainSnapshot domain) {
        if (!traits().qubesDaemons()) {
            return true;
        }
        DomainSnapshot stub = DaemonMarks.needsStub(vms, vm)
                ? vmm.find(new DomainKey(DaemonMarks.stubOf(vm), null)).orElse(null)
                : null;
        return marks().areComplete(vms, vm, domain, stub);
    }

    DaemonMarks marks() {
        return new DaemonMarks(place.paths());
    }

    /** The VM that gives this one its network; none also where the store names one that it lacks, or that gives none. */
    @Nullable
    QubesVm netvm(QubesVm vm) {
        return vms.netvm(vm).vm();
    }

    /** Takes the VM with other values in place of the stored one, for as long as this lives. */
    QubesVm replace(QubesVm changed) {
        vms = vms.with(changed);
        return now(changed);
    }

    /** The VM with the identity of its domain, which it gets now if it never had one. */
    QubesVm identified(QubesVm vm) {
        if (vm.get(Attributes.UUID) != null) {
            return vm;
        }
        try (Turns.Turn turn = turns.on(Turns.Shared.STORE)) {
            return withNewIdentity(vm);
        }
    }

    private QubesVm withNewIdentity(QubesVm vm) {
        String uuid = vmm.find(new DomainKey(vm.name(), null))
                .map(DomainSnapshot::uuid)
                .orElseGet(() -> UUID.randomUUID().toString());
        uuids.keep(vm, uuid);
        return replace(vm.with(Attributes.UUID, uuid));
    }

    /** WRONG_STATE for dom0, with which nothing of this kind can be done. */
    static void refuseDom0(QubesVm vm, String what) {
        if (vm.qid() == 0) {
            throw new QubesException(ErrorKind.WRONG_STATE, "dom0 cannot be " + what, "name a VM");
        }
    }

    /** Drops all connections to databases of VMs. */
    @Override
    public void close() {
        closeLive();
        if (ownsLocks) {
            locks.close();
        }
    }

    private void closeLive() {
        for (LiveVm vm : live.values()) {
            vm.close();
        }
        live.clear();
    }
}
