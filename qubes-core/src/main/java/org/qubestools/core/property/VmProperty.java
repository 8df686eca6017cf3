package org.qubestools.core.property;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmView;

/** Something that a user can read of a VM under a name. */
public sealed interface VmProperty permits DerivedProperty, SettableProperty {
    /** The name in listings and in {@code -g}. */
    String id();

    boolean belongsTo(VmClass vmClass);

    /** The value in force: a String, Long, Boolean, {@code List<String>} or {@code Map<String, Boolean>}; null for none. */
    @Nullable
    Object value(VmView view);

    /** One line for the manual. */
    String help();
}
