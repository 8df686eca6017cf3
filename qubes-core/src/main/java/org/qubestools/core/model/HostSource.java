package org.qubestools.core.model;

import java.util.Optional;

/** Tells of the host, when a value depends on it. */
public interface HostSource {
    /** Empty when the host is not known, as in offline mode. */
    Optional<HostInfo> knownHost();
}
