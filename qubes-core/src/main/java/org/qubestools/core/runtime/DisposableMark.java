package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.RealPaths;

/**
 * Says that these tools made a DisposableVM, and whether anybody uses it still: a file of the host that is locked as long
 * as the process lives which did.
 */
public final class DisposableMark implements AutoCloseable {
    private final Path file;
    private final RunLock lock;

    private DisposableMark(Path file, RunLock lock) {
        this.file = file;
        this.lock = lock;
    }

    private static Path file(RealPaths paths, String vm) {
        return paths.real("/var/run/qubes/qvm-run." + vm + ".lock");
    }

    /** Whether these tools made the VM with this good name. */
    public static boolean exists(RealPaths paths, String vm) {
        return Files.exists(file(paths, vm));
    }

    /** Takes the VM with this good name for this process; IN_USE if another uses it. The caller closes or removes it. */
    public static DisposableMark take(RealPaths paths, String vm) {
        Path file = file(paths, vm);
        try {
            Files.createDirectories(Path.of(String.valueOf(file.getParent())));
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "cannot make " + file.getParent() + ": " + IoReason.of(e), IoReason.advice(e), e);
        }
        return new DisposableMark(file, RunLock.take(file, "DisposableVM '" + vm + "' is in use"));
    }

    /** The VM is gone. */
    public void remove() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "cannot delete " + file + ": " + IoReason.of(e), IoReason.advice(e), e);
        } finally {
            close();
        }
    }

    /** Gives the VM up; without {@link #remove} it counts as left behind. Twice is safe. */
    @Override
    public void close() {
        lock.close();
    }
}
