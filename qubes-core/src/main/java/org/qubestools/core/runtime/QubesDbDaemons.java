package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.runtime.Programs.Command;
import org.qubestools.core.runtime.Programs.Outcome;
import org.qubestools.qubesdb.QubesDb;
import org.qubestools.qubesdb.QubesDbClient;
import org.qubestools.qubesdb.QubesDbOptions;
import org.qubestools.qubesdb.QubesDbSockets;

/** One {@code qubesdb-daemon} for each domain, as dom0 of Qubes has them. */
public final class QubesDbDaemons implements DomainDatabases {
    private static final String RUN_DIR = "/var/run/qubes";
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final int PAUSES = 25;

    private final RealPaths paths;
    private final HostUser user;
    private final Programs programs;
    private final WaitTime time;
    private final String daemon;

    /** The daemons of this host; {@code settings}: see {@link HostProgram}. */
    public QubesDbDaemons(RealPaths paths, HostUser user, Programs programs, Map<String, String> settings) {
        this(paths, user, programs, settings, WaitTime.SYSTEM);
    }

    QubesDbDaemons(RealPaths paths, HostUser user, Programs programs, Map<String, String> settings, WaitTime time) {
        this.paths = paths;
        this.user = user;
        this.programs = programs;
        this.time = time;
        this.daemon = HostProgram.QUBESDB_DAEMON.in(settings);
    }

    /** Whether the program is there. A name without a folder counts as there: a start will tell. */
    public static boolean isInstalled(Map<String, String> settings) {
        String program = HostProgram.QUBESDB_DAEMON.in(settings);
        return !program.startsWith("/") || Files.isExecutable(Path.of(program));
    }

    @Override
    public void start(QubesVm vm, int domainId) {
        stop(vm);
        Outcome outcome = programs.run(Command.of(daemon, String.valueOf(domainId), vm.name())
                .after(user.prefix())
                .within(START_LIMIT));
        if (outcome.status() != 0) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "cannot start the QubesDB daemon of VM '" + vm.name() + "': " + daemon + " ended with status "
                            + outcome.status() + said(outcome.untrustedErrors()));
        }
    }

    private static String said(String untrustedErrors) {
        String line = untrustedErrors.strip();
        return line.isEmpty() ? "" : ": " + SafeText.of(line.substring(line.lastIndexOf('\n') + 1));
    }

    /** Ends the process that the pid file names, if it is such a daemon, and waits for the file to vanish. */
    @Override
    public void stop(QubesVm vm) {
        Path pidFile = paths.real(RUN_DIR + "/qubesdb." + vm.name() + ".pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        ProcessHandle process = ProcessHandle.of(pidIn(pidFile, vm)).orElse(null);
        if (process == null || !isDaemon(process)) {
            return; // what a killed daemon left: the next one replaces it
        }
        if (!process.destroy() || !awaitEnd(pidFile, process)) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "cannot end the QubesDB daemon of an earlier run of VM '" + vm.name() + "', process "
                            + process.pid(),
                    "end it with 'kill " + process.pid() + "'");
        }
    }

    private static long pidIn(Path pidFile, QubesVm vm) {
        try {
            String text = Files.readString(pidFile, StandardCharsets.ISO_8859_1).strip();
            if (text.matches("[1-9][0-9]{0,9}")) {
                return Long.parseLong(text);
            }
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the file " + pidFile + " names no process",
                    "end the QubesDB daemon of VM '" + vm.name() + "' if it runs, and remove the file");
        } catch (IOException e) {
            throw new QubesException(ErrorKind.FAILED, "cannot read " + pidFile + ": " + IoReason.of(e), null, e);
        }
    }

    /** False if the number is that of another program by now. The command line may be hidden from us. */
    private static boolean isDaemon(ProcessHandle process) {
        Optional<String> command =
                process.info().commandLine().or(() -> process.info().command());
        return command.isEmpty() || command.get().contains("qubesdb");
    }

    private boolean awaitEnd(Path pidFile, ProcessHandle process) {
        for (int i = 0; i < PAUSES && Files.exists(pidFile) && process.isAlive(); i++) {
            try {
                time.sleep(PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new QubesException(ErrorKind.CANCELLED, "interrupted while a QubesDB daemon was to end", null, e);
            }
        }
        return !Files.exists(pidFile) || !process.isAlive();
    }

    @Override
    public boolean outliveDomains() {
        return false;
    }

    @Override
    public QubesDb connect(QubesVm vm) {
        return client(paths, vm);
    }

    /** A client of the daemon with a socket of its own in the run directory. */
    static QubesDb client(RealPaths paths, QubesVm vm) {
        QubesDbSockets sockets = new QubesDbSockets(paths.real(RUN_DIR));
        return QubesDbClient.of(vm.name(), QubesDbOptions.of(sockets));
    }
}
