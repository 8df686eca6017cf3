package org.qubestools.core.vmm;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** FAILED: the driver said no, and gave this number for the reason. */
public final class DriverRefusal extends QubesException {
    private static final long serialVersionUID = 1L;

    private final int code;

    /** {@code code} is one of libvirt's {@code virErrorNumber}. */
    public DriverRefusal(int code, String message, @Nullable String hint, @Nullable Throwable cause) {
        super(ErrorKind.FAILED, message, hint, cause);
        this.code = code;
    }

    public int code() {
        return code;
    }
}
