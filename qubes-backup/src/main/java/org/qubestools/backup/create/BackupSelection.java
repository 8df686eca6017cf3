package org.qubestools.backup.create;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;

/**
 * The VMs of a backup.
 *
 * @param vms in the order of the archive: by name, templates behind all others, dom0 last
 * @param leftOut names of all VMs that are not in it, in order; as stored
 * @param notes options that did nothing; one line each
 */
public record BackupSelection(List<QubesVm> vms, List<String> leftOut, List<String> notes) {
    private static final Comparator<QubesVm> ORDER =
            Comparator.comparingInt(BackupSelection::rank).thenComparing(QubesVm::name);

    public BackupSelection {
        vms = List.copyOf(vms);
        leftOut = List.copyOf(leftOut);
        notes = List.copyOf(notes);
    }

    /**
     * Exactly the named VMs or, if none is named, those that are meant to be in backups; without the excluded ones and
     * the VM that the backup goes to.
     *
     * @param untrustedDestination null for a backup that goes to no VM
     * @throws QubesException NO_SUCH_VM for a named VM or destination that does not exist, INVALID_VALUE for a named
     *     DisposableVM or if no VM is left
     */
    public static BackupSelection of(
            VmCollection vms,
            List<String> untrustedNames,
            List<String> untrustedExcludes,
            @Nullable String untrustedDestination) {
        Set<String> excluded = new HashSet<>(untrustedExcludes);
        if (untrustedDestination != null) {
            excluded.add(vms.require(untrustedDestination).name());
        }
        List<QubesVm> selected = untrustedNames.isEmpty() ? byDefault(vms) : named(vms, untrustedNames);
        selected.removeIf(vm -> excluded.contains(vm.name()));
        if (selected.isEmpty()) {
            throw new QubesException(ErrorKind.INVALID_VALUE, "no VM is selected for the backup", "name some VMs");
        }
        selected.sort(ORDER);
        List<QubesVm> others = new ArrayList<>(vms.inDocumentOrder());
        others.removeAll(selected);
        List<String> leftOut = new ArrayList<>();
        for (QubesVm vm : others) {
            leftOut.add(vm.name());
        }
        leftOut.sort(Comparator.naturalOrder());
        return new BackupSelection(selected, leftOut, unused(vms, untrustedExcludes));
    }

    private static List<QubesVm> byDefault(VmCollection vms) {
        List<QubesVm> selected = new ArrayList<>();
        for (QubesVm vm : vms.inDocumentOrder()) {
            if (isDefault(vm)) {
                selected.add(vm);
            }
        }
        return selected;
    }

    private static boolean isDefault(QubesVm vm) {
        boolean included = vm.is(Attributes.INCLUDE_IN_BACKUPS);
        return switch (vm.vmClass()) {
            case ADMIN -> true;
            case APP, HVM -> included && !vm.is(Attributes.INTERNAL);
            case NET, PROXY, TEMPLATE, TEMPLATE_HVM -> included;
            case DISPOSABLE -> false;
        };
    }

    private static List<QubesVm> named(VmCollection vms, List<String> untrustedNames) {
        List<QubesVm> selected = new ArrayList<>();
        for (String untrustedName : untrustedNames) {
            QubesVm vm = vms.require(untrustedName);
            if (vm.vmClass() == VmClass.DISPOSABLE) {
                throw new QubesException(
                        ErrorKind.INVALID_VALUE,
                        "VM '" + SafeText.of(vm.name()) + "' is a DisposableVM, which has nothing to back up",
                        "leave it out");
            }
            if (!selected.contains(vm)) {
                selected.add(vm);
            }
        }
        return selected;
    }

    private static List<String> unused(VmCollection vms, List<String> untrustedExcludes) {
        List<String> notes = new ArrayList<>();
        for (String untrustedName : new TreeSet<>(untrustedExcludes)) {
            if (!vms.hasName(untrustedName)) {
                notes.add("--exclude: no VM has the name '" + SafeText.of(untrustedName) + "'");
            }
        }
        return notes;
    }

    private static int rank(QubesVm vm) {
        if (vm.vmClass() == VmClass.ADMIN) {
            return 2;
        }
        return vm.vmClass().isTemplate() ? 1 : 0;
    }
}
