package org.qubestools.core.vmm;

/** The virtio-serial ports of a guest where there is no vchan; on the host each is a socket that the VMM listens on. */
public enum GuestPort {
    /** The link between the QubesDB daemon of the host and that of the guest. */
    QUBESDB("org.qubes.qubesdb.0", "qubesdb-link"),
    /** Commands for the guest. */
    COMMANDS("org.qubes.qrexec.0", "qrexec-link");

    private final String portName;
    private final String socket;

    GuestPort(String portName, String socket) {
        this.portName = portName;
        this.socket = socket;
    }

    /** The name below {@code /dev/virtio-ports} in the guest. */
    public String portName() {
        return portName;
    }

    /**
     * The socket on the host, as users know it.
     *
     * @param vm a good name of a VM
     */
    public String socket(String vm) {
        return "/var/run/qubes/" + socket + "." + vm + ".sock";
    }
}
