package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.LockFile;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.QubesVm;

/**
 * Which VMs are being started, over all processes: one file, of which each start locks the byte with the number of its
 * qid. The kernel ends the lock of a process that ends. One open file for all of this process, since closing another one
 * of the same file would end its locks. Safe for several threads.
 */
final class StartLocks implements AutoCloseable {
    private static final String FILE = "qvm-start.lock";
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Path directory;
    private @Nullable FileChannel channel;

    /** Keeps its file in {@code directory}, which is made when needed. */
    StartLocks(Path directory) {
        this.directory = directory;
    }

    /** The right to start one VM. */
    static final class Held implements AutoCloseable {
        private final FileLock lock;

        private Held(FileLock lock) {
            this.lock = lock;
        }

        /** Another may start the VM; a lock that cannot be given back ends with this process. */
        @Override
        public void close() {
            try {
                lock.release();
            } catch (IOException e) {
                throw new QubesException(ErrorKind.FAILED, "cannot unlock " + FILE + ": " + IoReason.of(e), null, e);
            }
        }
    }

    /** Takes the lock of a VM, without waiting; WRONG_STATE if it is being started already. */
    Held take(QubesVm vm) {
        try {
            FileLock lock = open().tryLock(vm.qid(), 1, false);
            if (lock != null) {
                return new Held(lock);
            }
        } catch (OverlappingFileLockException e) {
            throw busy(vm, e);
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "cannot lock " + directory.resolve(FILE) + ": " + IoReason.of(e),
                    "QUBES_RUN_DIR names another directory",
                    e);
        }
        throw busy(vm, null);
    }

    /** Takes the lock of a VM that is needed, and waits for another start of it to end. */
    Held await(QubesVm vm, RunReport report, WaitTime time) {
        long begin = time.millis();
        boolean told = false;
        while (true) {
            try {
                return take(vm);
            } catch (QubesException e) {
                boolean late = time.millis() - begin >= PATIENCE.toMillis();
                if (e.kind() != ErrorKind.WRONG_STATE || late) {
                    throw e;
                }
            }
            if (!told) {
                report.note("VM '" + vm.name() + "' is starting already; waiting for it");
                told = true;
            }
            report.requireWanted();
            Waiting.pause(time, PAUSE, "another start was waited for");
        }
    }

    private static QubesException busy(QubesVm vm, @Nullable Exception cause) {
        return new QubesException(
                ErrorKind.WRONG_STATE,
                "VM '" + vm.name() + "' is already starting",
                "wait until that start has ended",
                cause);
    }

    private synchronized FileChannel open() throws IOException {
        FileChannel open = channel;
        if (open == null) {
            Files.createDirectories(directory);
            open = LockFile.open(directory.resolve(FILE));
            channel = open;
        }
        return open;
    }

    @Override
    public synchronized void close() {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                throw new QubesException(ErrorKind.FAILED, "cannot close " + FILE + ": " + IoReason.of(e), null, e);
            }
        }
    }
}
