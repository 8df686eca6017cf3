package org.qubestools.qubesdb.daemon;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * How the daemon of a domain in dom0 and the daemon within that domain find each other. Which of the two one is follows
 * from how it is started: {@link QubesDbDaemon#startLocal} is within the domain, the others are in dom0.
 */
public sealed interface DaemonLink {
    /** No link: the daemon is alone with its clients. */
    DaemonLink NONE = new None();

    /** The connections are handed over by {@link QubesDbDaemon#link}. */
    DaemonLink HANDED_OVER = new HandedOver();

    /** See {@link #NONE}. */
    record None() implements DaemonLink {}

    /** See {@link #HANDED_OVER}. */
    record HandedOver() implements DaemonLink {}

    /**
     * Waits for the other one, and for the next when that has gone; more than one at a time have to wait.
     *
     * @param socket Unix socket that is made, its folder too if need be
     */
    record Listen(Path socket) implements DaemonLink {
        public Listen {
            requireNonNull(socket);
        }
    }

    /**
     * Connects to the other one, again and again if need be.
     *
     * @param socket Unix socket of whoever listens
     */
    record Connect(Path socket) implements DaemonLink {
        public Connect {
            requireNonNull(socket);
        }
    }

    /**
     * Connects as {@link Connect} does, to a socket that there is as long as the domain runs: QEMU listens on it. So the end
     * of a domain is seen whoever ended it.
     *
     * @param socket Unix socket of the VMM
     * @param ended called once, when nobody listens there any more who did before; by the thread that serves, so it does
     *     not wait, and does not close the daemon
     */
    record DomainPort(Path socket, Runnable ended) implements DaemonLink {
        public DomainPort {
            requireNonNull(socket);
            requireNonNull(ended);
        }
    }

    /**
     * Uses a port that leads to the other one, such as a virtio-serial port of a guest.
     *
     * @param device special file that is read and written
     */
    record Device(Path device) implements DaemonLink {
        public Device {
            requireNonNull(device);
        }
    }
}
