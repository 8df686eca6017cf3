package org.qubestools.core.libvirt;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.vmm.DriverRefusal;

/** What libvirt failed with, in words for a user. */
final class Words {
    private Words() {}

    /** Libvirt's own message, fit for a terminal. */
    static String of(LibvirtFailure e) {
        return SafeText.of(e.untrustedMessage());
    }

    /** FAILED with what could not be done and why. */
    static QubesException failed(String doing, LibvirtFailure e) {
        String message = e.code() == LibvirtFailure.NO_SUPPORT
                ? "cannot " + doing + ": not supported by this driver"
                : "cannot " + doing + ": " + of(e);
        if (e.isAny(LibvirtFailure.OPERATION_DENIED, LibvirtFailure.ACCESS_DENIED)) {
            return new DriverRefusal(
                    e.code(), message, "the connection only allows to look: run it as another user", e);
        }
        return new DriverRefusal(e.code(), message, hint(e), e);
    }

    /** Libvirt's driver for Xen tells only that Xen's library failed; the reason is in a log. */
    private static @Nullable String hint(LibvirtFailure e) {
        return e.code() == LibvirtFailure.INTERNAL_ERROR && e.untrustedMessage().contains("libxenlight")
                ? "the reason is in /var/log/libvirt/libxl/libxl-driver.log"
                : null;
    }

    static QubesException notActive(String name) {
        return new QubesException(ErrorKind.WRONG_STATE, "domain '" + SafeText.of(name) + "' is not active");
    }

    static String domain(String name) {
        return "domain '" + SafeText.of(name) + "'";
    }
}
