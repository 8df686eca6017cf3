package org.qubestools.core.runtime;

import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.DriveSpec;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.storage.RequiredFiles;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.TemplateRoot;

/** What must hold before anything of a start is done. */
final class StartChecks {
    private final RunningSystem system;

    StartChecks(RunningSystem system) {
        this.system = system;
    }

    /** FAILED for a VM without a usable qid, and for the later one of two that have the same UUID or network. */
    void requireIdentity(QubesVm vm) {
        if (vm.qid() == QubesVm.NO_QID) {
            throw notToldApart(vm, "it has no usable qid, from which its addresses follow");
        }
        String uuid = DomainKey.of(vm).uuid();
        Integer netid = system.vms().netid(vm);
        for (QubesVm other : system.vms().inDocumentOrder()) {
            if (other.key() == vm.key()) {
                return;
            }
            if (uuid != null && uuid.equals(DomainKey.of(other).uuid())) {
                throw notToldApart(vm, "it has the UUID of VM '" + SafeText.of(other.name()) + "'");
            }
            if (netid != null && other.qid() != 0 && netid.equals(system.vms().netid(other))) {
                throw notToldApart(
                        vm, "it gives the same network as VM '" + SafeText.of(other.name()) + "', netid " + netid);
            }
        }
    }

    private static QubesException notToldApart(QubesVm vm, String reason) {
        return new QubesException(
                ErrorKind.FAILED,
                "VM '" + SafeText.of(vm.name()) + "' cannot start: " + reason,
                "'qubes-store repair' gives it one of its own");
    }

    /** WRONG_STATE unless the VM is exactly halted. */
    void requireHalted(QubesVm vm) {
        PowerState state = system.state(vm);
        if (state != PowerState.HALTED) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "VM '" + vm.name() + "' is already running, its state is " + state.word(),
                    state == PowerState.PAUSED ? "'qvm-unpause " + vm.name() + "' lets it go on" : "nothing to do");
        }
    }

    /** What the VM needs of files and of other VMs. */
    void check(QubesVm vm) {
        drive(vm);
        templates(vm);
        RequiredFiles.verify(system.view(vm), system.place().paths());
        if (new DisposableStart(system).isRestored(vm)) {
            new DisposableImage(system).requireUsable(vm);
        }
        netvms(vm);
        system.host().hooks().at(HookPoint.VERIFY_FILES, system.view(vm), List.of());
    }

    private void drive(QubesVm vm) {
        DriveSpec drive = vm.vmClass().isHvm() ? vm.get(Attributes.DRIVE) : null;
        if (drive == null) {
            return;
        }
        String path = SafeText.of(drive.path());
        if (drive.backend().equals("dom0")) {
            if (!Files.exists(system.place().paths().real(drive.path()))) {
                throw new QubesException(
                        ErrorKind.INVALID_VALUE,
                        "the drive of VM '" + vm.name() + "' is not there: " + path,
                        "correct its property drive");
            }
            return;
        }
        if (!system.traits().backendDomains()) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "VM '" + vm.name() + "' cannot have a drive from VM '" + drive.backend() + "': the driver "
                            + system.traits().driver() + " takes disks from the host only",
                    "copy the image to the host");
        }
        QubesVm backend = system.vms().require(drive.backend());
        if (!system.isRunning(backend) && !startsBefore(backend, vm)) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "the drive of VM '" + vm.name() + "' is in VM '" + backend.name() + "', which does not run",
                    "start that first");
        }
    }

    /** Whether a VM is one of the halted NetVMs that the start of another brings up first. */
    private boolean startsBefore(QubesVm backend, QubesVm vm) {
        Set<Integer> seen = new HashSet<>();
        QubesVm at = system.netvm(vm);
        while (at != null && seen.add(at.key()) && !system.isRunning(at)) {
            if (at.key() == backend.key()) {
                return true;
            }
            at = system.netvm(at);
        }
        return false;
    }

    /** A template's root image and what is based on it must not change at the same time, where nothing parts them. */
    private void templates(QubesVm vm) {
        if (vm.vmClass() == VmClass.TEMPLATE) {
            TemplateTrim.requireNoneLeft(system, vm);
        }
        if (vm.vmClass().isTemplate() && !isParted(vm)) {
            for (QubesVm based : system.vms().basedOn(vm)) {
                if (system.isRunning(based)) {
                    throw new QubesException(
                            ErrorKind.IN_USE,
                            "template '" + vm.name() + "' cannot start while VM '" + based.name()
                                    + "', which is based on it, runs",
                            "shut that down first");
                }
            }
        }
        QubesVm template = system.vms().template(vm).vm();
        if (template != null && !isParted(vm) && system.isRunning(template)) {
            throw new QubesException(
                    ErrorKind.IN_USE,
                    "VM '" + vm.name() + "' cannot start while its template '" + template.name() + "' runs",
                    "shut that down first");
        }
    }

    /** Whether a template and what is based on it may run at once. */
    private boolean isParted(QubesVm vm) {
        return system.traits().templateRoot() != TemplateRoot.OVERLAY
                && !vm.vmClass().isHvm();
    }

    /** The chain of NetVMs must lead somewhere; those that start before a template may not be based on it. */
    private void netvms(QubesVm vm) {
        boolean starts = vm.vmClass().isTemplate() && !isParted(vm);
        Set<Integer> seen = new HashSet<>();
        QubesVm at = vm;
        while (at != null) {
            if (!seen.add(at.key())) {
                throw new QubesException(
                        ErrorKind.WRONG_STATE,
                        "the netvm of VM '" + at.name() + "' gets its own network from it: a loop",
                        "set another one with qvm-prefs " + at.name() + " netvm NAME");
            }
            at = system.netvm(at);
            starts = starts && at != null && !system.isRunning(at);
            if (starts && at != null && system.vms().basedOn(vm).contains(at)) {
                throw new QubesException(
                        ErrorKind.IN_USE,
                        "template '" + vm.name() + "' cannot start: VM '" + at.name()
                                + "', which gives it network and would run before, is based on it",
                        "'qvm-prefs " + vm.name() + " netvm none' starts it without network");
            }
        }
    }
}
