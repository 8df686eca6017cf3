package org.qubestools.backup.restore;

import java.util.ArrayList;
import java.util.List;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;

/**
 * VMs that an interrupted restore put in place before the netvm that the backup gives them: they have none, and a later
 * restore leaves them out, as they are there.
 */
final class UnsetNetvms {
    private UnsetNetvms() {}

    /** A line for each VM that may be one; the user may have taken its network away as well. */
    static List<String> lines(RestorePlan plan, VmCollection host) {
        List<String> lines = new ArrayList<>();
        for (PlannedVm vm : plan.vms()) {
            QubesVm stored = vm.has(PlanMark.ALREADY_EXISTS) ? host.byName(vm.name()) : null;
            boolean wanted = vm.netvm().kind() == NetvmChoice.Kind.NAMED;
            if (stored != null && wanted && hasNone(stored, host)) {
                String name = SafeText.of(stored.name());
                String netvm = SafeText.of(String.valueOf(vm.netvm().name()));
                lines.add("VM '" + name + "' has no netvm, in the backup it has '" + netvm
                        + "', which the interrupted restore may not have set: qvm-prefs -s " + name + " netvm "
                        + netvm);
            }
        }
        return lines;
    }

    private static boolean hasNone(QubesVm vm, VmCollection host) {
        boolean usesDefault = vm.vmClass().hasDefaultNetvm() && vm.is(Attributes.USES_DEFAULT_NETVM);
        return vm.vmClass().hasNetvm()
                && !usesDefault
                && host.reference(vm.get(Attributes.NETVM)).isNone();
    }
}
