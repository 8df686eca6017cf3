package org.qubestools.core.repair;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.vmm.DomainSnapshot;

/**
 * The store against the definitions of the running system. A VM without a definition is not among them: it gets one at
 * its next start.
 */
final class DomainFindings {
    private final Map<String, QubesVm> byName = new HashMap<>();
    private final Map<String, QubesVm> byUuid = new HashMap<>();
    private final List<Finding> findings = new ArrayList<>();

    private DomainFindings(VmCollection vms) {
        for (QubesVm vm : vms.inDocumentOrder()) {
            byName.putIfAbsent(vm.name(), vm);
            String uuid = vm.get(Attributes.UUID);
            if (uuid != null && vm.vmClass() != VmClass.ADMIN) {
                byUuid.putIfAbsent(uuid.toLowerCase(Locale.ROOT), vm);
            }
        }
    }

    static List<Finding> of(VmCollection vms, List<DomainSnapshot> domains) {
        DomainFindings all = new DomainFindings(vms);
        for (DomainSnapshot domain : domains) {
            if (!domain.name().equals("dom0") && !all.isStubDomain(domain.name())) {
                all.domain(domain);
            }
        }
        return all.findings;
    }

    /** An HVM's helper has its name and "-dm". */
    private boolean isStubDomain(String name) {
        return name.endsWith("-dm") && byName.containsKey(name.substring(0, name.length() - 3));
    }

    private void domain(DomainSnapshot domain) {
        QubesVm sameUuid = byUuid.get(domain.uuid());
        QubesVm sameName = byName.get(domain.name());
        String state = domain.active() ? "runs" : "is defined";
        if (sameUuid != null && sameUuid == sameName) {
            return;
        }
        if (sameUuid != null) {
            add(
                    "stale-definition",
                    domain,
                    "it " + state + " under this name and has the UUID of VM '" + SafeText.of(sameUuid.name()) + "'",
                    removal(domain));
        } else if (sameName != null && sameName.get(Attributes.UUID) != null) {
            add(
                    "stale-definition",
                    domain,
                    "it " + state + " with the UUID " + SafeText.of(domain.uuid()) + ", which is not that of the VM",
                    removal(domain));
        } else if (sameName == null) {
            add(
                    "foreign-definition",
                    domain,
                    "it " + state + " and is no VM of the store",
                    "nothing needs to be done if it belongs to something else; else "
                            + (domain.active() ? "end it" : "virsh undefine " + SafeText.of(domain.name())));
        }
    }

    private static String removal(DomainSnapshot domain) {
        String undefine = "virsh undefine " + SafeText.of(domain.name()) + "; the next start defines the VM anew";
        return domain.active() ? "shut it down, then " + undefine : undefine;
    }

    private void add(String code, DomainSnapshot domain, String text, String advice) {
        findings.add(Finding.problem(code, SafeText.of(domain.name()), Finding.Place.NONE, text, advice));
    }
}
