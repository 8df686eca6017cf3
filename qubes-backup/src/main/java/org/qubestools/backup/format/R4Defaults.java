package org.qubestools.backup.format;

/** What R4 takes for a property that a domain does not have. */
final class R4Defaults {
    /** MiB. */
    static final String MEMORY = "400";

    /** MiB. */
    static final String MAXMEM = "4000";

    static final String VCPUS = "2";
    static final String USER = "user";

    /** Seconds. */
    static final String QREXEC_TIMEOUT = "60";

    private R4Defaults() {}
}
