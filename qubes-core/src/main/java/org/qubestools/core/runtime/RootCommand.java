package org.qubestools.core.runtime;

import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmName;

/** Runs commands in VMs as root to their end, without input; of what they print only their errors are kept. */
record RootCommand(QrexecClient commands) {
    /**
     * How it ended.
     *
     * @param status its exit status
     * @param said its errors, fit for a terminal; may be empty
     */
    record Ended(int status, String said) {
        /** For messages: {@code program ended with status 1, no space}. */
        String described(String program) {
            return program + " ended with status " + status + (said.isEmpty() ? "" : ", " + said);
        }
    }

    /** CANCELLED if this thread is interrupted. */
    Ended run(QubesVm vm, String command) {
        QrexecCommand wanted = new QrexecCommand(new VmName(vm.name()), "root", command, null, false, false);
        try (QrexecCall call = commands.call(wanted)) {
            call.endInput();
            call.ignoreOutput();
            return new Ended(call.awaitExit(), call.errorText());
        }
    }
}
