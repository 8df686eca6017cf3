package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.LockFile;

/** Keeps two runs of one tool apart, by a file; the kernel ends the lock of a process that ends. */
final class RunLock implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;

    private RunLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Takes the lock, without waiting; IN_USE, saying {@code busy}, if another has it. */
    static RunLock take(Path file, String busy) {
        FileChannel channel;
        try {
            channel = LockFile.open(file);
        } catch (IOException e) {
            throw failed(file, e);
        }
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return new RunLock(file, channel);
            }
        } catch (OverlappingFileLockException e) {
            close(file, channel);
            throw new QubesException(ErrorKind.IN_USE, busy, "wait until that has ended", e);
        } catch (IOException e) {
            close(file, channel);
            throw failed(file, e);
        }
        close(file, channel);
        throw new QubesException(ErrorKind.IN_USE, busy, "wait until that has ended");
    }

    private static QubesException failed(Path file, IOException e) {
        return new QubesException(
                ErrorKind.FAILED,
                "cannot lock " + file + ": " + IoReason.of(e),
                "QUBES_RUN_DIR names another directory",
                e);
    }

    private static void close(Path file, FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    @Override
    public void close() {
        close(file, channel);
    }
}
