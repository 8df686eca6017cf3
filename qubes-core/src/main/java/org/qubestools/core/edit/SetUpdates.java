package org.qubestools.core.edit;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;

/** Switches the search for updates on or off, for dom0, all VMs and those to come. */
public record SetUpdates(boolean enabled) implements Change {
    private static final String SERVICE = "qubes-update-check";
    private static final String DIRECTORY = "/var/lib/qubes/updates";
    private static final String OFF_IN_DOM0 = DIRECTORY + "/disable-updates";
    private static final String OFF_IN_NEW_VMS = DIRECTORY + "/vm-default-disable-updates";
    private static final int MODE = 0664;

    /**
     * What is set now.
     *
     * @param vms null if it is not the same in all VMs
     */
    public record State(boolean dom0, @Nullable Boolean vms) {}

    /** Looks at the flags of the host and the services of the VMs. */
    public static State of(VmCollection vms, HostTree tree) {
        boolean usual = !tree.exists(OFF_IN_NEW_VMS);
        Boolean all = usual;
        for (QubesVm vm : vms.byQidOrder()) {
            Boolean own = vm.getOr(Attributes.SERVICES, Map.of()).get(SERVICE);
            if (vm.qid() != 0 && own != null && own != usual) {
                all = null;
            }
        }
        return new State(!tree.exists(OFF_IN_DOM0), all);
    }

    @Override
    public void apply(Draft draft) {
        for (QubesVm vm : draft.vms().byQidOrder()) {
            if (vm.qid() != 0) {
                Map<String, Boolean> services = new LinkedHashMap<>(vm.getOr(Attributes.SERVICES, Map.of()));
                if (enabled) {
                    services.remove(SERVICE);
                } else {
                    services.put(SERVICE, Boolean.FALSE);
                }
                draft.replace(vm.with(Attributes.SERVICES, services));
            }
        }
        if (!enabled) {
            draft.files().directory(draft.real(DIRECTORY));
        }
        for (String flag : List.of(OFF_IN_DOM0, OFF_IN_NEW_VMS)) {
            Path file = draft.real(flag);
            if (enabled && draft.tree().exists(flag)) {
                draft.files().delete(file);
            } else if (!enabled && !draft.tree().exists(flag)) {
                draft.files().write(file, new byte[0], MODE);
            }
        }
    }
}
