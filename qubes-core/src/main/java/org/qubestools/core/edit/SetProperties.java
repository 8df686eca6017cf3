package org.qubestools.core.edit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmReference;
import org.qubestools.core.model.VmView;
import org.qubestools.core.property.LiveEffect;
import org.qubestools.core.property.SettableProperty;
import org.qubestools.core.property.VmProperties;

/** Sets or resets properties of one VM, in the order given. */
public record SetProperties(String untrustedVm, List<Assignment> assignments) implements Change {
    /**
     * One property and the value it shall have.
     *
     * @param value the user's text; null resets the property to its default
     */
    public record Assignment(
            String untrustedProperty, @Nullable String value) {}

    public SetProperties {
        assignments = List.copyOf(assignments);
    }

    @Override
    public void apply(Draft draft) {
        QubesVm vm = draft.requireChangeable(untrustedVm);
        for (Assignment assignment : assignments) {
            vm = set(draft, vm, assignment);
        }
    }

    /** The property of this name, if VMs of this class have it and it can be set. */
    static SettableProperty require(VmClass vmClass, String untrustedName) {
        SettableProperty property = VmProperties.settable(untrustedName);
        if (property == null) {
            throw new QubesException(
                    ErrorKind.NO_SUCH_PROPERTY,
                    "there is no property '" + SafeText.of(untrustedName) + "' that can be set",
                    "settable are: " + VmProperties.settableNames());
        }
        if (vmClass == VmClass.ADMIN && !property.id().equals("include_in_backups")) {
            throw new QubesException(
                    ErrorKind.NO_SUCH_PROPERTY,
                    "dom0 has no property '" + property.id() + "' that can be set",
                    "only include_in_backups can");
        }
        if (!property.belongsTo(vmClass)) {
            throw new QubesException(
                    ErrorKind.NO_SUCH_PROPERTY, vmClass.withArticle() + " has no property '" + property.id() + "'");
        }
        return property;
    }

    private static QubesVm set(Draft draft, QubesVm vm, Assignment assignment) {
        SettableProperty property = require(vm.vmClass(), assignment.untrustedProperty());
        String value = assignment.value();
        if (property.effect() == LiveEffect.NAME) {
            if (value == null) {
                throw noDefault(property);
            }
            return RenameVm.rename(draft, vm, value);
        }
        boolean whileHalted = property.id().equals("template") || property.id().equals("pcidevs");
        if (whileHalted) {
            draft.requireHalted(vm, property.id() + " can change only while it is halted");
        }
        QubesVm changed =
                value == null ? property.reset(draft.view(vm), draft) : property.set(draft.view(vm), value, draft);
        if (changed == null) {
            throw noDefault(property);
        }
        VmView before = draft.view(vm);
        draft.replace(changed);
        QubesVm now = draft.vms().byKey(vm.key());
        boolean followsLater = network(draft, property, before, now);
        files(draft, property, vm, now);
        if (!vm.attributes().equals(now.attributes())) {
            steps(draft, property, now, value == null ? "" : value, followsLater);
        }
        return now;
    }

    /** The text of the user, as the value in force may need the running system; empty for a reset. */
    private static void steps(Draft draft, SettableProperty property, QubesVm now, String value, boolean followsLater) {
        draft.step(EditHooks.Step.SET_ATTR, now, property.id(), value);
        if (property.effect() == LiveEffect.LABEL) {
            draft.step(EditHooks.Step.LABEL_SETTER, now, value);
        }
        if (property.effect() == LiveEffect.NETWORK && !followsLater) {
            draft.step(EditHooks.Step.NETVM_SETTER, now, value);
        }
    }

    private static QubesException noDefault(SettableProperty property) {
        return new QubesException(
                ErrorKind.INVALID_VALUE, "property '" + property.id() + "' has no default", "set a value");
    }

    /** A running VM can be attached to a running NetVM only; true if it runs, and follows after the save. */
    private static boolean network(Draft draft, SettableProperty property, VmView before, QubesVm vm) {
        VmReference netvm =
                property.effect() == LiveEffect.NETWORK ? draft.vms().netvm(vm) : VmReference.NONE;
        if (property.effect() != LiveEffect.NETWORK || !draft.isRunning(vm)) {
            return false;
        }
        if (netvm.vm() != null && !draft.isRunning(netvm.vm())) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "VM '" + vm.name() + "' is running and '" + netvm.vm().name() + "' is not",
                    "start '" + netvm.vm().name() + "' first");
        }
        draft.changeNetwork(before);
        return true;
    }

    private static void files(Draft draft, SettableProperty property, QubesVm before, QubesVm now) {
        switch (property.effect()) {
            case LABEL -> VmFilePlan.relinkIcon(draft, now);
            case AUTOSTART -> VmFilePlan.linkAutostart(draft, now.name(), now.is(Attributes.AUTOSTART));
            case NONE, NETWORK -> {
                boolean same = before.attributes().equals(now.attributes());
                if (!same && property.id().equals("mac")) {
                    DuplicateWarnings.mac(draft, now);
                }
                if (!same && property.id().equals("pcidevs")) {
                    DuplicateWarnings.pciDevices(draft, now);
                }
            }
            case NAME -> throw new IllegalStateException("a rename is a change of its own");
        }
    }
}
