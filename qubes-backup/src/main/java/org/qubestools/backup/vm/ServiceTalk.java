package org.qubestools.backup.vm;

import java.nio.charset.StandardCharsets;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.runtime.QrexecCall;

/** What is said to the backup services of a VM, and what is said of them. */
final class ServiceTalk {
    private ServiceTalk() {}

    /** A path or command as the one line that the services read: without CR and LF, in UTF-8. */
    static byte[] line(String text) {
        String line = text.replace("\r", "").replace("\n", "");
        if (line.isBlank()) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "the location of the backup inside the VM is empty",
                    "name a path or a command there");
        }
        return (line + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** {@code ended with status 1: what it said}; {@code status} is what the call returned. */
    static String end(QrexecCall call, int status) {
        String text = call.errorText();
        return "ended with status " + status + (text.isEmpty() ? "" : ": " + text);
    }
}
