package org.qubestools.core.edit;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmFacts;

/**
 * Switches a service of a VM on or off.
 *
 * @param enabled null removes the entry
 */
public record SetService(
        String untrustedVm,
        String untrustedService,
        @Nullable Boolean enabled) implements Change {
    @Override
    public void apply(Draft draft) {
        QubesVm vm = draft.requireChangeable(untrustedVm);
        if (enabled != null) {
            checkName(); // whatever is there can be removed
        }
        boolean meminfoWriter = untrustedService.equals(VmFacts.MEMINFO_WRITER);
        VmFacts facts = draft.view(vm).facts();
        if (Boolean.TRUE.equals(enabled) && meminfoWriter && facts.isMeminfoWriterForcedOff()) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "meminfo-writer stays off in VM '" + vm.name() + "'",
                    "it cannot run with PCI devices, nor in an HVM without guiagent_installed");
        }
        Map<String, Boolean> services = new LinkedHashMap<>(vm.getOr(Attributes.SERVICES, Map.of()));
        if (enabled != null) {
            services.put(untrustedService, enabled);
        } else if (!isForced(draft, vm)) {
            services.remove(untrustedService);
        }
        draft.replace(vm.with(Attributes.SERVICES, services));
    }

    /** Entries that every load makes anew: removing them changes nothing. */
    private boolean isForced(Draft draft, QubesVm vm) {
        QubesVm clockvm = draft.vms().globals().clockvm();
        boolean clock = clockvm != null && clockvm.key() == vm.key();
        return clock && untrustedService.equals(VmFacts.NTPD);
    }

    private void checkName() {
        boolean good = !untrustedService.isEmpty() && untrustedService.length() <= VmFacts.LONGEST_SERVICE;
        for (int i = 0; i < untrustedService.length(); i++) {
            char c = untrustedService.charAt(i);
            good &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "_.-".indexOf(c) >= 0;
        }
        if (!good) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "'" + SafeText.of(untrustedService) + "' is no name of a service",
                    "use 1 to " + VmFacts.LONGEST_SERVICE + " letters, digits, '.', '-' and '_'");
        }
    }
}
