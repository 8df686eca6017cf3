package org.qubestools.core.vmm;

import java.util.List;

/** The virtio-serial ports of a guest where there is no vchan; on the host each is a socket that the VMM listens on. */
public enum GuestPort {
    /** The link between the QubesDB daemon of the host and that of the guest. */
    QUBESDB("org.qubes.qubesdb.0", "qubesdb-link"),
    /** Commands for the guest, one at a time in each of these ports. */
    COMMANDS("org.qubes.qrexec.0", "qrexec-link"),
    COMMANDS_1("org.qubes.qrexec.1", "qrexec-link-1"),
    COMMANDS_2("org.qubes.qrexec.2", "qrexec-link-2"),
    COMMANDS_3("org.qubes.qrexec.3", "qrexec-link-3");

    private final String portName;
    private final String socket;

    GuestPort(String portName, String socket) {
        this.portName = portName;
        this.socket = socket;
    }

    /** The ports for commands. */
    public static List<GuestPort> commands() {
        return List.of(COMMANDS, COMMANDS_1, COMMANDS_2, COMMANDS_3);
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
