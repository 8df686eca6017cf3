package org.qubestools.core.edit;

import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmName;
import org.qubestools.core.model.VmView;

/** Gives a VM and its files another name. References are by qid and stay. */
final class RenameVm {
    private RenameVm() {}

    static QubesVm rename(Draft draft, QubesVm vm, String untrustedName) {
        check(draft, vm, untrustedName);
        VmName name = NewVms.freeName(draft, untrustedName);
        String oldName = vm.name();
        VmView before = draft.view(vm);
        QubesVm renamed = vm.withText("name", name.value());
        String directory = before.files().directory();
        String newDirectory = newDirectory(before, name.value());
        if (vm.has(Attributes.DIR_PATH)) {
            renamed = renamed.withText("dir_path", newDirectory);
        }
        if (vm.has(Attributes.CONF_FILE)) {
            renamed = renamed.withText("conf_file", name.value() + ".conf");
        }
        String rules = vm.get(Attributes.FIREWALL_CONF);
        if (rules != null && directory != null && rules.startsWith(directory + "/")) {
            renamed = renamed.withText("firewall_conf", newDirectory + rules.substring(directory.length()));
        }
        draft.step(EditHooks.Step.PRE_RENAME, vm, name.value());
        draft.replace(renamed);
        QubesVm now = draft.vms().byKey(vm.key());
        if (directory != null) {
            VmFilePlan.rename(draft, directory, newDirectory, oldName, name.value());
        }
        if (vm.is(Attributes.AUTOSTART)) {
            VmFilePlan.linkAutostart(draft, oldName, false);
            VmFilePlan.linkAutostart(draft, name.value(), true);
        }
        draft.step(EditHooks.Step.POST_RENAME, now, oldName);
        warnOfDvm(draft, vm, oldName);
        draft.undefine(before);
        draft.define(now);
        return now;
    }

    /** Beside the old one, if the VM says itself where that is. */
    private static String newDirectory(VmView vm, String name) {
        String directory = vm.files().directory();
        boolean own = !vm.vm().has(Attributes.POOL_NAME) && vm.vm().get(Attributes.DIR_PATH) != null;
        return own && directory != null
                ? directory.substring(0, directory.lastIndexOf('/') + 1) + name
                : vm.files().ordinaryDirectory(name);
    }

    private static void check(Draft draft, QubesVm vm, String untrustedName) {
        boolean shared = vm.vmClass() == VmClass.DISPOSABLE || vm.vmClass() == VmClass.ADMIN;
        if (shared) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE, vm.vmClass().withArticle() + " cannot be renamed", "its name is fixed");
        }
        if (vm.is(Attributes.INSTALLED_BY_RPM)) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "VM '" + vm.name() + "' was installed by a package, which owns its files; it cannot be renamed",
                    "clone it under the new name");
        }
        if (untrustedName.equals(vm.name())) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE, "VM '" + vm.name() + "' has this name already", "give another one");
        }
        draft.requireHalted(vm, "its name can change only while it is halted");
    }

    /** The VM for DisposableVMs is found by the name of its template, so a rename parts the two. */
    private static void warnOfDvm(Draft draft, QubesVm vm, String oldName) {
        if (vm.vmClass().isTemplate() && draft.vms().hasName(oldName + "-dvm")) {
            draft.warn("'" + oldName + "-dvm' no longer belongs to this template, as it is found by name");
        }
        String template = oldName.endsWith("-dvm") ? oldName.substring(0, oldName.length() - 4) : "";
        if (!template.isEmpty() && draft.vms().hasName(template)) {
            draft.warn("DisposableVMs of '" + template + "' no longer find '" + oldName + "'");
        }
    }
}
