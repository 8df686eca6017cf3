package org.qubestools.backup.create;

import java.io.IOException;
import java.io.OutputStream;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.PipedProcess;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.Subprocess;

/** A command of the user's that takes the backup on its standard input; its exit status decides. */
public final class CommandTarget implements BackupTarget {
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

    @Override
    public void finish() {
        IOException closing = null;
        try {
            process.input().close();
        } catch (IOException e) {
            closing = e; // the command ended before it had read all; its status says why
        }
        int status = process.awaitExit();
        if (status != 0 || closing != null) {
            String said = process.untrustedErrors().strip();
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the command '" + SafeText.of(command) + "' failed with status " + status
                            + (said.isEmpty() ? "" : ": " + SafeText.of(said)),
                    "the backup is not complete",
                    closing);
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
