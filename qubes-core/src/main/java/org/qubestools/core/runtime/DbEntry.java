package org.qubestools.core.runtime;

import org.jspecify.annotations.Nullable;

/**
 * One entry of a VM's QubesDB.
 *
 * @param value null for one that is removed
 */
public record DbEntry(String key, @Nullable String value) {}
