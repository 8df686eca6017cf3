package org.qubestools.core.model;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.SafeText;

/**
 * What a stored reference leads to: a VM, nothing, or something that cannot be used.
 *
 * @param vm the VM; null if there is none or it is unusable
 * @param broken the stored text of a reference that leads nowhere useful; null for a good one and for none
 */
public record VmReference(@Nullable QubesVm vm, @Nullable String broken) {
    public static final VmReference NONE = new VmReference(null, null);

    static VmReference to(QubesVm vm) {
        return new VmReference(vm, null);
    }

    static VmReference broken(String text) {
        return new VmReference(null, text);
    }

    public boolean isBroken() {
        return broken != null;
    }

    public boolean isNone() {
        return vm == null && broken == null;
    }

    /** The name, {@code ?<stored text>} for a broken one, {@code none} for none. */
    public String shown(String none) {
        if (vm != null) {
            return vm.name();
        }
        return broken == null ? none : "?" + SafeText.of(broken);
    }
}
