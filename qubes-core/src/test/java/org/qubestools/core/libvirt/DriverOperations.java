package org.qubestools.core.libvirt;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The operations that real drivers were asked for, by the words of the recordings. */
final class DriverOperations {
    private static final Map<String, DriverOperation> TABLE = new HashMap<>();

    static {
        TABLE.putAll(DefinitionOperations.table());
        TABLE.putAll(LifeOperations.table());
        TABLE.putAll(DeviceOperations.table());
    }

    private DriverOperations() {}

    /** Null for words that are in no table. */
    static @Nullable DriverOperation named(String words) {
        return TABLE.get(words);
    }
}
