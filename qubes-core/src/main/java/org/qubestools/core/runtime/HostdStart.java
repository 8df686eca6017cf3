package org.qubestools.core.runtime;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
    private static final Duration SYSTEMCTL_LIMIT = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final long LIMIT_MILLIS = 20_000;

    /** Runs its arguments in a session of their own with the first one, a file, for all they print; tells the process. */
    private static final String SCRIPT = "log=$1; shift; command -v \"$1\" >/dev/null || exit 127;"
            + " setsid \"$@\" </dev/null >>\"$log\" 2>&1 & echo $!";

    private static final int NO_PROGRAM = 127;
    private static final int LAST_WORDS = 4096;

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
        return await(socket, start(socket));
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

    /** Starts it; returns its process, or null if systemd looks after it. */
    private @Nullable ProcessHandle start(Path socket) {
        Path folder = requireNonNull(socket.toAbsolutePath().getParent());
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "cannot make " + folder + " for the QubesDB of VMs: " + IoReason.of(e), null, e);
        }
        boolean unit = hasUnit(folder);
        Command command = unit ? Command.of(HostProgram.SYSTEMCTL.in(settings), "start", UNIT) : background(folder);
        Outcome outcome = programs.run(command.within(SYSTEMCTL_LIMIT));
        if (!unit && outcome.status() == NO_PROGRAM) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "there is no program " + program() + " to serve the QubesDB of VMs",
                    "name it as " + HostProgram.QUBESDB_HOSTD.key() + " in /etc/qubes/qvm.conf");
        }
        if (outcome.status() != 0) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "cannot start qubesdb-hostd: " + command.program() + " ended with status " + outcome.status() + ": "
                            + SafeText.of(outcome.untrustedErrors().strip()));
        }
        String pid = outcome.untrustedOutput().strip();
        return unit || !pid.matches("[1-9][0-9]{0,9}")
                ? null
                : ProcessHandle.of(Long.parseLong(pid)).orElse(null);
    }

    /** Where the configuration says; else in the distribution that we run from; else in PATH. */
    private String program() {
        String set = settings.getOrDefault(HostProgram.QUBESDB_HOSTD.key(), "");
        if (set.isEmpty()) {
            String first = System.getProperty("java.class.path", "").split(":", 2)[0];
            Path libraries = Path.of(first).toAbsolutePath().getParent();
            Path ours =
                    libraries == null ? null : libraries.resolveSibling("bin").resolve("qubesdb-hostd");
            if (ours != null && Files.isExecutable(ours)) {
                return ours.toString();
            }
        }
        return HostProgram.QUBESDB_HOSTD.in(settings);
    }

    /** The unit serves the usual folder only. */
    private boolean hasUnit(Path folder) {
        SystemdUnits units = new SystemdUnits(paths);
        return root && folder.toString().equals("/var/run/qubes") && units.isRunning() && units.has(UNIT);
    }

    private Command background(Path folder) {
        return Command.of("/bin/sh", "-c", SCRIPT, "sh", log().toString(), program())
                .with(Map.of("QUBES_RUN_DIR", folder.toString()));
    }

    private Path log() {
        String named = settings.getOrDefault("QUBES_LOG_DIR", "");
        Path folder = named.isEmpty() ? paths.real("/var/log/qubes") : Path.of(named);
        return Files.isWritable(folder) ? folder.resolve("qubesdb-hostd.log") : Path.of("/dev/null");
    }

    private LineSocket await(Path socket, @Nullable ProcessHandle daemon) {
        long begin = time.millis();
        while (true) {
            // Looked at first: one that ended may have lost a race against another, which serves.
            boolean ended = daemon != null && !daemon.isAlive();
            try {
                return LineSocket.connect(socket);
            } catch (IOException e) {
                if (ended || time.millis() - begin > LIMIT_MILLIS) {
                    throw new QubesException(
                            ErrorKind.FAILED,
                            "qubesdb-hostd was started but does not serve at " + socket + lastWords(),
                            "see " + log() + ", or start it by hand",
                            e);
                }
            }
            pause();
        }
    }

    private String lastWords() {
        Path log = log();
        if (!Files.isRegularFile(log)) {
            return "";
        }
        try (InputStream in = Files.newInputStream(log)) {
            in.skipNBytes(Math.max(0, Files.size(log) - LAST_WORDS));
            String said = new String(in.readNBytes(LAST_WORDS), StandardCharsets.UTF_8).strip();
            return said.isEmpty() ? "" : ": " + SafeText.of(said.substring(said.lastIndexOf('\n') + 1));
        } catch (IOException e) {
            return ""; // the hint names the file
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
