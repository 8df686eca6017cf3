package org.qubestools.core.runtime;

import java.util.Optional;

/** The port to xenstore, the side channel of Xen; what it tells is untrusted. */
public interface XenStore {
    /** One value; empty if there is none. At most 4096 bytes. */
    Optional<String> readUntrusted(String path);

    /** Lets the domain with this number write below {@code /local/domain/<id>/memory}. */
    void allowMemoryReports(int domainId);
}
