package org.qubestools.core.property;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmView;

/** A property that a user can set. */
public abstract sealed class SettableProperty implements VmProperty
        permits BoolProperty,
                NumberProperty,
                NetvmProperty,
                TemplateProperty,
                KernelProperty,
                KerneloptsProperty,
                TextProperty {
    private final String id;
    private final String help;

    SettableProperty(String id, String help) {
        this.id = id;
        this.help = help;
    }

    @Override
    public final String id() {
        return id;
    }

    @Override
    public final String help() {
        return help;
    }

    /**
     * The VM of {@code view} with the value that the user's text stands for.
     *
     * @throws org.qubestools.core.error.QubesException INVALID_VALUE and others if the value is refused
     */
    public abstract QubesVm set(VmView view, String untrusted, PropertyContext context);

    /** The VM with the default; null if the property has none. */
    public abstract @Nullable QubesVm reset(VmView view, PropertyContext context);

    /** True if the VM follows a default: a global one, the template's, a computed or the constant one. */
    public abstract boolean isDefault(VmView view);

    public LiveEffect effect() {
        return LiveEffect.NONE;
    }
}
