package org.qubestools.core.runtime;

import org.qubestools.core.model.VmView;

/** The port to the daemons that a running VM has in dom0 beside QubesDB: qrexec and GUI. */
public interface SessionDaemons {
    /**
     * Starts the qrexec daemon and waits for the VM to connect.
     *
     * @throws org.qubestools.core.error.QubesException FAILED if it does not within the VM's time
     */
    void startQrexec(VmView vm, int domainId, boolean verbose);

    /** Starts the GUI daemon; {@code first} is the call before qrexec, which does something for HVMs only. */
    void startGui(VmView vm, int domainId, boolean first, GuiMode mode);

    /** Tells the agent in a running HVM how its windows are shown. */
    void tellGuiMode(VmView vm);

    /** Ends the GUI daemon of a domain; one that is not there is fine. */
    void stopGui(VmView vm, int domainId);

    /** How the GUI daemon shows a VM. */
    enum GuiMode {
        ORDINARY,
        VERBOSE,
        /** While a disposable template is prepared. */
        INVISIBLE
    }
}
