package org.qubestools.core.runtime;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.LineSocket;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.runtime.Programs.Command;
import org.qubestools.core.runtime.Programs.Outcome;

/**
 * Starts {@code qubesdb-hostd} when somebody needs it: as the unit of systemd where an administrator has installed that, so
 * that it outlives the session or service that we run in; else as a process of its own.
 */
public final class HostdStart {
    private static final String UNIT = "qubesdb-hostd.service";
    private static final List<String> UNIT_FOLDERS =
            List.of("/etc/systemd/system/", "/usr/lib/systemd/system/", "/lib/systemd/system/");
    private static final Duration SYSTEMCTL_LIMIT = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final long LIMIT_MILLIS = 20_000;

    /** Runs its arguments in a session of their own with the first one, a file, for all they print; and returns. */
    private static final String SCRIPT = "log=$1; shift; setsid \"$@\" </dev/null >>\"$log\" 2>&1 &";

    private final RealPaths paths;
    private final Programs programs;
    private final boolean root;
    private final Map<String, String> settings;
    private final WaitTime time;

    /**
     * A way to start it.
     *
     * @param root whether we run as root, who alone has a unit of systemd
     * @param settings may name the program and the folder of its log ({@code QUBES_LOG_DIR}), see {@link HostProgram}
     */
    public HostdStart(RealPaths paths, Programs programs, boolean root, Map<String, String> settings, WaitTime time) {
        this.paths = paths;
        this.programs = programs;
        this.root = root;
        this.settings = settings;
        this.time = time;
    }

    /** A connection to the daemon, which is started if nobody listens. */
    LineSocket connected(Path socket) {
        try {
            return LineSocket.connect(socket);
        } catch (IOException e) {
            requireAbsent(socket, e);
        }
        start(socket);
        return await(socket);
    }

    /** A daemon of another user is one that runs: a second one would only fail. */
    private static void requireAbsent(Path socket, IOException refusal) {
        if (Files.exists(socket) && !Files.isWritable(socket)) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "cannot tell qubesdb-hostd at " + socket + " what to do: " + IoReason.of(refusal),
                    "it serves the user who started it; be that one, or root",
                    refusal);
        }
    }

    private void start(Path socket) {
        Path folder = requireNonNull(socket.toAbsolutePath().getParent());
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "cannot make " + folder + " for the QubesDB of VMs: " + IoReason.of(e), null, e);
        }
        Command command =
                hasUnit(folder) ? Command.of(HostProgram.SYSTEMCTL.in(settings), "start", UNIT) : background(folder);
        Outcome outcome = programs.run(command.within(SYSTEMCTL_LIMIT));
        if (outcome.status() != 0) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "cannot start qubesdb-hostd: " + command.program() + " ended with status " + outcome.status() + ": "
                            + SafeText.of(outcome.untrustedErrors().strip()));
        }
    }

    /** The unit serves the usual folder only. */
    private boolean hasUnit(Path folder) {
        if (!root
                || !folder.toString().equals("/var/run/qubes")
                || !Files.isDirectory(paths.real("/run/systemd/system"))) {
            return false;
        }
        return UNIT_FOLDERS.stream().anyMatch(units -> Files.exists(paths.real(units + UNIT)));
    }

    private Command background(Path folder) {
        return Command.of("/bin/sh", "-c", SCRIPT, "sh", log().toString(), HostProgram.QUBESDB_HOSTD.in(settings))
                .with(Map.of("QUBES_RUN_DIR", folder.toString()));
    }

    private Path log() {
        String named = settings.getOrDefault("QUBES_LOG_DIR", "");
        Path folder = named.isEmpty() ? paths.real("/var/log/qubes") : Path.of(named);
        return Files.isWritable(folder) ? folder.resolve("qubesdb-hostd.log") : Path.of("/dev/null");
    }

    private LineSocket await(Path socket) {
        long begin = time.millis();
        while (true) {
            try {
                return LineSocket.connect(socket);
            } catch (IOException e) {
                if (time.millis() - begin > LIMIT_MILLIS) {
                    throw new QubesException(
                            ErrorKind.FAILED,
                            "qubesdb-hostd was started but does not serve at " + socket,
                            "see what it says in " + log() + ", or start it by hand",
                            e);
                }
            }
            pause();
        }
    }

    private void pause() {
        try {
            time.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted while qubesdb-hostd started", null, e);
        }
    }
}
