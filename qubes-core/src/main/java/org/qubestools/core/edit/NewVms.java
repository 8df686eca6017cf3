package org.qubestools.core.edit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attribute;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmFacts;
import org.qubestools.core.model.VmName;
import org.qubestools.core.model.VmReference;

/** What all changes that make a VM have in common. */
final class NewVms {
    private static final String NO_UPDATES_FLAG = "/var/lib/qubes/updates/vm-default-disable-updates";

    private NewVms() {}

    /** The name, if it can be that of a VM and none has it: INVALID_VALUE, IN_USE. */
    static VmName freeName(Draft draft, String untrustedName) {
        if (draft.vms().hasName(untrustedName)) {
            throw new QubesException(
                    ErrorKind.IN_USE,
                    "there is a VM '" + SafeText.of(untrustedName) + "' already",
                    "choose another name");
        }
        VmName name = new VmName(untrustedName);
        if (name.isReservedForDisposables()) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "the name '" + name + "' is kept for DisposableVMs",
                    "choose one that is not 'disp' and digits");
        }
        return name;
    }

    /** INVALID_VALUE if there is no such pool. */
    static void requirePool(Draft draft, String untrustedPool) {
        if (draft.pools().directory(untrustedPool) == null) {
            throw ChangePools.unknown(untrustedPool, draft.pools());
        }
    }

    /** Gives the new VM what the source has of this attribute. */
    static <T> void copy(NewVm made, QubesVm source, Attribute<T> attribute) {
        T value = source.get(attribute);
        boolean absent = value == null && (attribute == Attributes.MAC || attribute == Attributes.MAXMEM);
        if (!absent) {
            made.set(attribute, value);
        }
    }

    /** WRONG_STATE if the template of this VM cannot be used. */
    static void requireGoodTemplate(Draft draft, QubesVm vm) {
        VmReference template = draft.vms().template(vm);
        if (template.isBroken()) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "the template of VM '" + vm.name() + "' cannot be used: " + template.shown("none"),
                    "set another one with qvm-prefs " + vm.name() + " template NAME");
        }
    }

    /** Fills in what depends on the rest of the store and on the host: paths, copies of defaults, maxmem. */
    static QubesVm complete(Draft draft, QubesVm vm) {
        VmFacts facts = draft.view(vm).facts();
        QubesVm full = vm.withText(
                        "dir_path",
                        Objects.requireNonNull(draft.view(vm).files().directory()))
                .withText("conf_file", vm.name() + ".conf");
        if (vm.vmClass().hasKernel()) {
            full = full.with(Attributes.KERNEL, facts.kernel());
            full = full.withText("kernelopts", facts.kernelopts());
            Long maxmem = facts.maxmem();
            full = maxmem == null || vm.has(Attributes.MAXMEM) ? full : full.with(Attributes.MAXMEM, maxmem);
        }
        if (vm.vmClass().hasDefaultNetvm() && vm.is(Attributes.USES_DEFAULT_NETVM)) {
            QubesVm netvm = draft.vms().globals().defaultNetvm();
            full = full.withText("netvm_qid", netvm == null ? "none" : String.valueOf(netvm.qid()));
        }
        if (vm.is(Attributes.USES_DEFAULT_DISPVM_NETVM)) {
            VmReference netvm = draft.vms().netvm(full);
            full = full.withText(
                    "dispvm_netvm",
                    netvm.vm() == null ? "none" : String.valueOf(netvm.vm().qid()));
        }
        draft.replace(full);
        return full;
    }

    /** As {@link #complete} for a VM that is no copy of another one: where updates are off it looks for none. */
    static QubesVm completeNew(Draft draft, QubesVm vm) {
        QubesVm full = complete(draft, vm);
        if (draft.tree().exists(NO_UPDATES_FLAG)) {
            Map<String, Boolean> services = new LinkedHashMap<>(full.getOr(Attributes.SERVICES, Map.of()));
            services.putIfAbsent("qubes-update-check", false);
            full = full.with(Attributes.SERVICES, services);
            draft.replace(full);
        }
        return full;
    }
}
