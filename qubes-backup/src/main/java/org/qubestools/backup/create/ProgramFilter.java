package org.qubestools.backup.create;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.PipedProcess;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.Subprocess;
import org.qubestools.core.io.TaskScope;

/** Sends a stream through a compressing program of the user's; what comes out goes on to another stream. */
final class ProgramFilter extends OutputStream {
    private final String program;
    private final PipedProcess process;
    private final OutputStream in;
    private final TaskScope scope;
    private final OutputStream target;
    private boolean closed;

    /** Starts the program; closing this stream awaits its end and closes {@code target}. */
    ProgramFilter(String program, OutputStream target) {
        this.program = program;
        this.target = target;
        this.process = Subprocess.of(List.of(program)).startPiped();
        this.in = process.input();
        this.scope = new TaskScope();
        scope.fork("qubes-backup-filter", () -> process.output().transferTo(target));
    }

    @Override
    public void write(int b) throws IOException {
        in.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        in.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (process;
                scope) {
            in.close();
            int status = process.awaitExit();
            scope.join();
            if (status != 0 || scope.failure() != null) {
                throw new QubesException(
                        ErrorKind.FAILED,
                        "the filter " + SafeText.of(program) + " failed with status " + status + ": "
                                + SafeText.of(process.untrustedErrors().strip()),
                        "use another filter");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted", null, e);
        }
        target.close();
    }
}
