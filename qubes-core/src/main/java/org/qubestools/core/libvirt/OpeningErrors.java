package org.qubestools.core.libvirt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/** Why libvirt could not be reached, and what to do about it. */
final class OpeningErrors {
    private static final String OFFLINE = "use --offline-mode to work on the store alone";

    private OpeningErrors() {}

    static QubesException refused(String uri, LibvirtFailure e) {
        return unreachable(uri, Words.of(e), hint(e), e);
    }

    private static String hint(LibvirtFailure e) {
        if (isInChroot()) {
            return "this is a changed root directory: " + OFFLINE;
        }
        boolean denied = e.isAny(LibvirtFailure.AUTH_FAILED, LibvirtFailure.ACCESS_DENIED)
                || e.untrustedMessage().toLowerCase(Locale.ROOT).contains("permission denied");
        return denied
                ? "run it as root or as a member of the group that libvirt admits, or " + OFFLINE
                : "see whether libvirt's daemon runs, name another URI with --connect, or " + OFFLINE;
    }

    static QubesException noLibrary(String uri, LinkageError e) {
        String message = firstLine(e);
        boolean noJna = e instanceof NoClassDefFoundError || message.contains("jnidispatch");
        return noJna
                ? unreachable(uri, "this program's way to native libraries (JNA) fails: " + message, OFFLINE, e)
                : unreachable(
                        uri,
                        "libvirt's library cannot be loaded: " + message,
                        "install it (libvirt0 on Debian), or " + OFFLINE,
                        e);
    }

    private static QubesException unreachable(String uri, String why, String hint, Throwable cause) {
        return new QubesException(
                ErrorKind.VMM_UNREACHABLE, "cannot connect to " + SafeText.of(uri) + ": " + why, hint, cause);
    }

    private static String firstLine(Throwable failure) {
        @Nullable String message = failure.getMessage();
        String text = message == null ? failure.getClass().getSimpleName() : message;
        int end = text.indexOf('\n');
        return SafeText.of(end < 0 ? text : text.substring(0, end));
    }

    /** Whether the root directory is not that of process 1; only root can tell. */
    private static boolean isInChroot() {
        try {
            return !Files.isSameFile(Path.of("/"), Path.of("/proc/1/root"));
        } catch (IOException e) {
            return false; // not root, or no /proc: nothing to say about it
        }
    }
}
