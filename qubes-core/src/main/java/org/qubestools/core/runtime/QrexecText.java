package org.qubestools.core.runtime;

import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/** Texts on their way to a VM and from it. */
final class QrexecText {
    private QrexecText() {}

    /** Refuses what is no name of a service: a blank in it would pass for the next word of the command. */
    static void requireServiceName(String service) {
        boolean valid = !service.isEmpty();
        for (int i = 0; i < service.length(); i++) {
            valid &= isNameCharacter(service.charAt(i));
        }
        if (!valid) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "'" + SafeText.of(service) + "' is no name of a service in a VM",
                    "use letters, digits, '.', '_', '-', '+'");
        }
    }

    /** One printable line of what a service printed as errors. */
    static String oneLine(String untrustedErrors) {
        return SafeText.printable(
                untrustedErrors.strip().replace("\r\n", " ").replace('\n', ' ').replace('\t', ' '));
    }

    private static boolean isNameCharacter(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-'
                || c == '+';
    }
}
