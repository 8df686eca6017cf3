package org.qubestools.devices;

import org.qubestools.core.io.SafeText;

/**
 * A device that is not listed.
 *
 * @param untrustedName as the backend has it; for a terminal take {@link #shownName}
 */
public record Refused(String untrustedName, ListReason reason) {
    public String shownName() {
        return SafeText.of(untrustedName);
    }
}
