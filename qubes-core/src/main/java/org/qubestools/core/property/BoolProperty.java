package org.qubestools.core.property;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attribute;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmFacts;
import org.qubestools.core.model.VmView;

/** A property that is true or false. */
public final class BoolProperty extends SettableProperty {
    private final Attribute<Boolean> attribute;

    BoolProperty(String name, Attribute<Boolean> attribute, String help) {
        super(name, help);
        this.attribute = attribute;
    }

    /** The boolean of a user's word in any case, or null. */
    public static @Nullable Boolean parse(String untrusted) {
        return switch (untrusted.strip().toLowerCase(Locale.ROOT)) {
            case "true", "on", "yes", "1" -> true;
            case "false", "off", "no", "0" -> false;
            default -> null;
        };
    }

    @Override
    public boolean belongsTo(VmClass vmClass) {
        return attribute.belongsTo(vmClass);
    }

    @Override
    public Boolean value(VmView view) {
        VmFacts facts = view.facts();
        return switch (id()) {
            case "qrexec_installed" -> facts.qrexecInstalled();
            case "guiagent_installed" -> facts.guiagentInstalled();
            case "seamless_gui_mode" -> facts.seamlessGuiMode();
            case "include_in_backups" -> facts.includeInBackups();
            default -> view.vm().is(attribute);
        };
    }

    @Override
    public QubesVm set(VmView view, String untrusted, PropertyContext context) {
        Boolean value = parse(untrusted);
        if (value == null) {
            throw Refusals.invalid(id(), untrusted, "is not a boolean", "use true or false");
        }
        if (value && attribute == Attributes.SEAMLESS_GUI_MODE && !view.facts().guiagentInstalled()) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "seamless_gui_mode needs the GUI agent in VM '" + view.vm().name() + "'",
                    "set guiagent_installed first");
        }
        QubesVm changed = view.vm().with(attribute, value);
        boolean templateDecides = !value
                && (attribute == Attributes.QREXEC_INSTALLED || attribute == Attributes.GUIAGENT_INSTALLED)
                && Boolean.TRUE.equals(value(new VmView(view.vms(), changed, view.pools(), view.host())));
        if (templateDecides) {
            context.warn(id() + " stays in effect: the template of '" + changed.name() + "' has it");
        }
        return changed;
    }

    @Override
    public @Nullable QubesVm reset(VmView view, PropertyContext context) {
        QubesVm vm = view.vm();
        Boolean byDefault = vm.without(attribute).get(attribute);
        return byDefault == null ? null : vm.with(attribute, byDefault);
    }

    @Override
    public boolean isDefault(VmView view) {
        Boolean byDefault = view.vm().without(attribute).get(attribute);
        return byDefault != null && byDefault.equals(view.vm().get(attribute));
    }

    @Override
    public LiveEffect effect() {
        return attribute == Attributes.AUTOSTART ? LiveEffect.AUTOSTART : LiveEffect.NONE;
    }
}
