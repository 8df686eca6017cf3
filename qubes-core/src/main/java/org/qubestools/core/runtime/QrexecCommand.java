package org.qubestools.core.runtime;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.VmName;

/**
 * A command to run in a VM.
 *
 * @param vm where
 * @param user of the VM, as whom
 * @param command for a shell there, or one of qrexec's own words
 * @param localCommand command of this host that talks with it in place of our streams; null for none
 * @param filtersOutput what could control a terminal is taken out of its output
 * @param filtersErrors and of its error output
 */
public record QrexecCommand(
        VmName vm,
        String user,
        String command,
        @Nullable String localCommand,
        boolean filtersOutput,
        boolean filtersErrors) {
    private static final int MAX_COMMAND = 65_000;

    /** INVALID_VALUE for a user or a command that qrexec would take for something else. */
    public QrexecCommand {
        if (!isUser(user)) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "'" + SafeText.of(user) + "' is no name of a user in a VM",
                    "use letters, digits, '.', '_', '-'");
        }
        if (command.isEmpty() || command.length() > MAX_COMMAND || command.indexOf('\0') >= 0) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE, "a command for a VM has 1 to " + MAX_COMMAND + " characters, no NUL");
        }
    }

    private static boolean isUser(String user) {
        boolean valid = !user.isEmpty() && user.charAt(0) != '-';
        for (int i = 0; i < user.length(); i++) {
            char c = user.charAt(i);
            valid &= (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '.'
                    || c == '_'
                    || c == '-';
        }
        return valid;
    }

    /** The command by which qrexec calls a service; {@code source} is who asks. */
    public static String service(String service, String source) {
        QrexecText.requireServiceName(service);
        return "QUBESRPC " + service + " " + source;
    }
}
