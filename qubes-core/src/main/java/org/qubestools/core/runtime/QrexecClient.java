package org.qubestools.core.runtime;

import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.VmName;

/** The port to qrexec: starts services in running VMs. */
public interface QrexecClient {
    /**
     * Starts a service in a VM, with dom0 as the one who asks; returns at once, so that a VM that does not run or a
     * service that does not exist shows only in the exit status of the call. The caller closes the call.
     *
     * @param service such as {@code qubes.Backup}: letters, digits, {@code . _ - +}
     * @throws QubesException INVALID_VALUE if that is no name of a service, FAILED if qrexec cannot be used at all
     */
    QrexecCall service(VmName vm, String service);

    /**
     * Runs a command in a VM to its end, joined to our standard streams.
     *
     * @param streams flushed by the caller before, not closed
     * @return its exit status
     * @throws QubesException FAILED if qrexec cannot be used at all, CANCELLED on interruption; the command may go on then
     */
    int run(QrexecCommand command, CommandStreams streams);

    /**
     * Starts a command in a VM that nobody waits for; its output is lost.
     *
     * @throws QubesException FAILED if it cannot be started
     */
    void start(QrexecCommand command);
}
