package org.qubestools.qubesdb.daemon;

import static java.util.Objects.requireNonNull;

import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How a daemon serves a domain.
 *
 * @param mode permissions of the socket
 * @param readOnlyMode permissions of the socket for reading only
 * @param maxClients connections at once, over both sockets; one more is closed at once
 * @param messageTimeout how long a client may take over one message
 * @param local whether this is the database of the domain that this runs in: {@code qubesdb.sock} becomes a link to its
 *     socket
 * @param link to the daemon of the same domain on the other side, in the domain or in dom0
 * @param log is told of what was refused, in lines without values and without unsafe characters; called by the thread that
 *     serves, so it does not wait, and does not close the daemon
 */
public record DaemonOptions(
        Set<PosixFilePermission> mode,
        Set<PosixFilePermission> readOnlyMode,
        int maxClients,
        Duration messageTimeout,
        boolean local,
        DaemonLink link,
        Consumer<String> log) {
    private static final int CLIENTS = 1024;
    private static final Duration MESSAGE = Duration.ofSeconds(30);
    /** Longer is as good as no limit, and is out of reach of a clock that counts nanoseconds. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");

    /** For the user alone; 1024 connections, 30 s for a message, no link, no log. */
    public static final DaemonOptions DEFAULT =
            new DaemonOptions(OWNER, OWNER, CLIENTS, MESSAGE, false, DaemonLink.NONE, line -> {});

    public DaemonOptions {
        mode = Set.copyOf(mode);
        readOnlyMode = Set.copyOf(readOnlyMode);
        requireNonNull(link);
        requireNonNull(log);
        if (maxClients < 1) {
            throw new IllegalArgumentException("a daemon serves one client at least, not " + maxClients);
        }
        if (messageTimeout.isNegative() || messageTimeout.isZero() || messageTimeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "a client has some time for a message, not more than a year, not " + messageTimeout);
        }
    }

    public DaemonOptions withModes(Set<PosixFilePermission> socket, Set<PosixFilePermission> readOnlySocket) {
        return new DaemonOptions(socket, readOnlySocket, maxClients, messageTimeout, local, link, log);
    }

    public DaemonOptions withLimits(int clients, Duration message) {
        return new DaemonOptions(mode, readOnlyMode, clients, message, local, link, log);
    }

    public DaemonOptions asLocal() {
        return new DaemonOptions(mode, readOnlyMode, maxClients, messageTimeout, true, link, log);
    }

    public DaemonOptions withLink(DaemonLink to) {
        return new DaemonOptions(mode, readOnlyMode, maxClients, messageTimeout, local, to, log);
    }

    public DaemonOptions withLog(Consumer<String> lines) {
        return new DaemonOptions(mode, readOnlyMode, maxClients, messageTimeout, local, link, lines);
    }
}
