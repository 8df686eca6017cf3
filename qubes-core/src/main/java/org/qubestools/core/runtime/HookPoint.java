package org.qubestools.core.runtime;

import java.util.Locale;

/** The moments at which other packages may have something done. */
public enum HookPoint {
    INIT,
    CREATE_ON_DISK,
    CLONE_DISK_FILES,
    VERIFY_FILES,
    PRE_RENAME,
    POST_RENAME,
    REMOVE_FROM_DISK,
    LABEL_SETTER,
    NETVM_SETTER,
    SET_ATTR,
    START,
    CREATE_QUBESDB_ENTRIES;

    /** The name of the folder of its executables. */
    public String folder() {
        return name().toLowerCase(Locale.ROOT);
    }
}
