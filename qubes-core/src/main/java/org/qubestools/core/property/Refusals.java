package org.qubestools.core.property;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/** How a refused value is reported. */
final class Refusals {
    private Refusals() {}

    static QubesException invalid(String property, String untrusted, String reason, @Nullable String hint) {
        return new QubesException(
                ErrorKind.INVALID_VALUE, property + ": '" + SafeText.of(untrusted) + "' " + reason, hint);
    }
}
