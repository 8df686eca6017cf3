package org.qubestools.core.edit;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.Problem;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmView;
import org.qubestools.core.property.PropertyContext;
import org.qubestools.core.storage.FileChanges;
import org.qubestools.core.storage.PlannedTree;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.LazyVmm;

/**
 * The store in the middle of an edit: what the VMs will be, which files change, which domains are defined, and what the
 * user should know. Nothing of it is done before all changes were applied.
 */
public final class Draft implements PropertyContext {
    private final DraftProblems problems;
    private final Pools pools;
    private final HostTree tree;
    private final VmCollection before;
    private final Clock clock;
    private final FileChanges files = new FileChanges();
    private final DomainChanges domains = new DomainChanges();
    private final EditSteps steps = new EditSteps();
    private final NetworkMoves networkBefore = new NetworkMoves();
    private final List<String> warnings = new ArrayList<>(0);
    private final List<String> notes = new ArrayList<>(0);
    private VmCollection vms;
    private LazyVmm vmm;
    private StoreBytes bytes = new StoreBytes(new byte[0]);

    /** STORE_CORRUPT if one of the problems is in the way of any change. */
    public Draft(VmCollection vms, List<Problem> problems, Pools pools, HostTree tree, LazyVmm vmm, Clock clock) {
        this(vms, pools, tree, vmm, clock, problems);
        this.problems.refuseAnyChange();
    }

    private Draft(VmCollection vms, Pools pools, HostTree tree, LazyVmm vmm, Clock clock, List<Problem> problems) {
        this.before = vms;
        this.vms = vms;
        this.problems = new DraftProblems(problems);
        this.pools = pools;
        this.tree = tree.after(files.planned());
        this.vmm = vmm;
        this.clock = clock;
    }

    /** The same for changes whose purpose is to mend the store, whatever its problems; see {@link Change#mendsStore}. */
    public static Draft mending(
            VmCollection vms, List<Problem> problems, Pools pools, HostTree tree, LazyVmm vmm, Clock clock) {
        return new Draft(vms, pools, tree, vmm, clock, problems);
    }

    /** The VMs as changed so far. */
    public VmCollection vms() {
        return vms;
    }

    public Pools pools() {
        return pools;
    }

    public FileChanges files() {
        return files;
    }

    /** What the file system is like after the changes so far. */
    public PlannedTree planned() {
        return files.planned();
    }

    /** The files of the host and the store's directory tree, as they are after the changes so far. */
    public HostTree tree() {
        return tree;
    }

    public VmView view(QubesVm vm) {
        return new VmView(vms, vm, pools, vmm);
    }

    /** The VM a user names, if it may be changed. */
    public QubesVm requireChangeable(String untrustedName) {
        QubesVm vm = vms.require(untrustedName);
        problems.refuseChangeOf(vm);
        return vm;
    }

    /** Puts the changed VM in place. */
    public void replace(QubesVm changed) {
        if (changed.key() == VmCollection.IMPLICIT_DOM0) {
            QubesVm full = changed;
            var defaults = NewVm.dom0();
            for (int i = 0; i < defaults.size(); i++) {
                if (!changed.attributes().has(defaults.name(i))) {
                    full = full.withText(defaults.name(i), defaults.value(i));
                }
            }
            vms = vms.with(full);
        } else {
            vms = vms.with(changed);
        }
    }

    /** Adds a VM and returns it. */
    public QubesVm add(NewVm made) {
        vms = vms.adding(made.vmClass(), made.attributes());
        return vms.newest();
    }

    public void remove(QubesVm vm) {
        vms = vms.removing(vm);
    }

    public void setGlobal(Globals.Key key, @Nullable QubesVm target) {
        vms = vms.withGlobal(key, target);
    }

    /** Takes over a collection that was made from {@link #vms()}. */
    public void replaceAll(VmCollection changed) {
        vms = changed;
    }

    /** True if the VM is active; dom0 always is, and offline no other VM. */
    public boolean isRunning(QubesVm vm) {
        if (vm.qid() == 0) {
            return true;
        }
        return !vmm.isOffline()
                && vmm.find(DomainKey.of(vm)).map(DomainSnapshot::active).orElse(false);
    }

    /** WRONG_STATE if the VM runs. */
    public void requireHalted(QubesVm vm, String what) {
        if (isRunning(vm)) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE, "VM '" + vm.name() + "' is running, " + what, "shut it down first");
        }
    }

    /** Has the VM defined in the VMM before the store is saved, unless offline. */
    public void define(QubesVm vm) {
        if (!vmm.isOffline()) {
            domains.define(view(vm));
        }
    }

    /** Has the definition of a VM's domain removed, unless offline; {@code before} is the VM as it was. */
    public void undefine(VmView before) {
        if (!vmm.isOffline()) {
            domains.undefine(before, false);
        }
    }

    /** Has a running VM follow its netvm after the save; {@code before} is the VM as it was. */
    void changeNetwork(VmView before) {
        networkBefore.add(before);
    }

    /** The running VMs whose netvm is another one after the save, as they were. */
    public List<VmView> networkBefore() {
        return networkBefore.moved(vms);
    }

    /** The same, but a failure of that is only a warning. */
    void undefineIfPossible(VmView before) {
        if (!vmm.isOffline()) {
            domains.undefine(before, true);
        }
    }

    @Override
    public Optional<HostInfo> host() {
        return vmm.knownHost();
    }

    @Override
    public @Nullable String problemWithKernel(String name) {
        return tree.problemWithKernel(name);
    }

    @Override
    public String installedKernels() {
        return tree.installedKernels();
    }

    @Override
    public void warn(String message) {
        warnings.add(message);
    }

    @Override
    public void note(String message) {
        notes.add(message);
    }

    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** The bytes of the store before the edit, which this takes over. */
    public Draft of(byte[] before) {
        bytes = new StoreBytes(before);
        return this;
    }

    /** For changes that depend on the bytes of the store, or bring others. */
    public StoreBytes bytes() {
        return bytes;
    }

    public List<String> notes() {
        return List.copyOf(notes);
    }

    /** Notes what hooks are told of when the edit is carried out; {@code vm} is as it is in the draft now. */
    void step(EditHooks.Step step, QubesVm vm, String... arguments) {
        steps.add(step, view(vm), List.of(arguments));
    }

    /** Tells of what is about to happen; a failure ends the edit before anything is done. */
    public void tellFirst(EditHooks hooks) {
        steps.tellFirst(hooks, before);
    }

    /** Tells of what has been done to files and is about to be saved. */
    public void tellLast(EditHooks hooks) {
        steps.tellLast(hooks, this, before);
    }

    /** Changes the definitions of domains; a failure takes all of it back. */
    public void applyToVmm() {
        domains.apply(vmm, warnings, this);
    }

    /** Takes back what {@link #applyToVmm} did, when the save after it failed; the error with what is left over. */
    public QubesException undoneInVmm(QubesException error) {
        return domains.undone(error);
    }

    /** The same after an error of ours. */
    public void undoneInVmmAfter(Throwable bug) {
        domains.undoneAfter(bug);
    }

    public Instant now() {
        return clock.instant();
    }

    /** A path of the store as it really is. */
    public Path real(String fixedPath) {
        return tree.real(fixedPath);
    }

    /** How far a draft was at a moment. */
    public record Mark(VmCollection vms, int files, int domains, int steps, int moves) {}

    public Mark mark() {
        return new Mark(vms, files.size(), domains.size(), steps.size(), networkBefore.size());
    }

    /** Forgets all that came after the mark, what was said included. */
    public void rollBack(Mark mark) {
        vms = mark.vms;
        files.rollBack(mark.files);
        domains.rollBack(mark.domains);
        steps.rollBack(mark.steps);
        networkBefore.rollBack(mark.moves);
        forgetSaid();
    }

    /** Forgets warnings and notes, which somebody has passed on. */
    public void forgetSaid() {
        warnings.clear();
        notes.clear();
    }

    /** From now on this is asked what runs. */
    public void ask(LazyVmm running) {
        vmm = running;
    }
}
