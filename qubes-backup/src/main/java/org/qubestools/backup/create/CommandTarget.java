package org.qubestools.backup.create;

import java.io.IOException;
import java.io.OutputStream;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.PipedProcess;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.Subprocess;

/** A command of the user's that takes the backup on its standard input; its exit status decides. */
public final class CommandTarget implements BackupTarget {
    private static final long PATIENCE_MILLIS = 5000;

    private final String command;
    private final PipedProcess process;

    private CommandTarget(String command, PipedProcess process) {
        this.command = command;
        this.process = process;
    }

    /** Starts the command in a shell, as the user typed it. */
    public static CommandTarget start(String command) {
        PipedProcess process = Subprocess.of("/bin/sh", "-c", command).startPiped();
        process.ignoreOutput();
        return new CommandTarget(command, process);
    }

    @Override
    public OutputStream stream() {
        return process.input();
    }

    /** A command that takes no more is about to end, as a rule; its status and words tell more than a broken pipe. */
    @Override
    public QubesException failure(IOException e) {
        OptionalInt status = process.exitWithin(PATIENCE_MILLIS);
        return failed(
                status.isPresent() ? "ended with status " + status.getAsInt() + " before" : "took no more before", e);
    }

    private QubesException failed(String how, @Nullable IOException cause) {
        String said = process.untrustedErrors().strip();
        return new QubesException(
                ErrorKind.FAILED,
                "the command '" + SafeText.of(command) + "' " + how + " it had the whole backup"
                        + (said.isEmpty() ? "" : ": " + SafeText.of(said)),
                "what it stored is no backup",
                cause);
    }

    @Override
    public void finish() {
        IOException closing = null;
        try {
            process.input().close();
        } catch (IOException e) {
            closing = e; // the command ended before it had read all; its status says why
        }
        int status = process.awaitExit();
        if (closing != null) {
            throw failed("ended with status " + status + " before", closing);
        } else if (status != 0) {
            throw failed("failed with status " + status + " after", null);
        }
    }

    @Override
    public void close() {
        process.close();
    }

    @Override
    public String shown() {
        return "the command '" + SafeText.of(command) + "'";
    }
}
