package org.qubestools.core.property;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmReference;
import org.qubestools.core.model.VmView;

/** The template of a template-based VM. */
public final class TemplateProperty extends SettableProperty {
    TemplateProperty() {
        super("template", "template the VM is based on; a standalone VM has none and cannot get one");
    }

    @Override
    public boolean belongsTo(VmClass vmClass) {
        return vmClass != VmClass.ADMIN;
    }

    @Override
    public @Nullable String value(VmView view) {
        VmReference template = view.vms().template(view.vm());
        return template.isNone() ? null : template.shown("");
    }

    @Override
    public QubesVm set(VmView view, String untrusted, PropertyContext context) {
        QubesVm vm = view.vm();
        if (isNone(untrusted)) {
            return withNone(view);
        }
        QubesVm template = view.vms().require(untrusted);
        if (view.vms().storedTemplate(vm).isNone() && vm.vmClass() != VmClass.DISPOSABLE) {
            throw cannotGetOne(vm);
        }
        checkKind(vm.vmClass(), template);
        context.note("setting template of '" + vm.name() + "' to '" + template.name() + "'");
        return vm.with(Attributes.TEMPLATE, String.valueOf(template.qid()));
    }

    /** None is what an HVM without a template has already; the root image of a VM with one is the template's. */
    private static QubesVm withNone(VmView view) {
        QubesVm vm = view.vm();
        boolean without = view.vms().storedTemplate(vm).isNone();
        if (without && vm.vmClass() == VmClass.HVM) {
            return vm;
        }
        throw without
                ? cannotGetOne(vm)
                : Refusals.invalid(
                        "template",
                        "none",
                        "would leave VM '" + vm.name() + "' without a root image, which is its template's",
                        "qvm-create --standalone makes a VM that has one of its own");
    }

    private static QubesException cannotGetOne(QubesVm vm) {
        return new QubesException(
                ErrorKind.INVALID_VALUE,
                "VM '" + vm.name() + "' has no template and cannot get one",
                "only a template-based VM can change its template");
    }

    private static boolean isNone(String untrusted) {
        return untrusted.isEmpty() || untrusted.equalsIgnoreCase("none");
    }

    /** Refuses a VM that is no template, or one that VMs of this class cannot be based on. */
    public static void checkKind(VmClass vmClass, QubesVm template) {
        if (!template.vmClass().isTemplate()) {
            throw Refusals.invalid(
                    "template",
                    template.name(),
                    "is not a template",
                    "'qvm-ls --class TemplateVM' lists those of AppVMs");
        }
        if (template.vmClass() != vmClass.templateClass()) {
            throw Refusals.invalid(
                    "template",
                    template.name(),
                    "is a " + template.vmClass().typeName() + ", which no " + vmClass.typeName() + " can be based on",
                    "name a template of the other kind");
        }
    }

    /** The template of a new VM of this class: the named one, or the default for classes that always have one. */
    public static @Nullable QubesVm ofNewVm(VmCollection vms, VmClass vmClass, @Nullable String untrusted) {
        boolean canBeWithout = vmClass.isHvm() || vmClass == VmClass.TEMPLATE;
        if (untrusted != null && isNone(untrusted) && !canBeWithout) {
            throw Refusals.invalid(
                    "template",
                    "none",
                    "is impossible: " + vmClass.withArticle() + " has one, or is a copy of one",
                    "leave --template out for the default template");
        }
        if (untrusted != null && !isNone(untrusted)) {
            QubesVm named = vms.require(untrusted);
            checkKind(vmClass, named);
            return named;
        }
        if (canBeWithout) {
            return null;
        }
        QubesVm byDefault = vms.globals().defaultTemplate();
        if (byDefault == null) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "there is no default template",
                    "name one with --template, or set it with qubes-prefs default-template");
        }
        checkKind(vmClass, byDefault);
        return byDefault;
    }

    @Override
    public @Nullable QubesVm reset(VmView view, PropertyContext context) {
        QubesVm byDefault = view.vms().globals().defaultTemplate();
        return byDefault == null ? null : set(view, byDefault.name(), context);
    }

    @Override
    public boolean isDefault(VmView view) {
        QubesVm byDefault = view.vms().globals().defaultTemplate();
        QubesVm template = view.vms().template(view.vm()).vm();
        return template != null && byDefault != null && template.key() == byDefault.key();
    }
}
