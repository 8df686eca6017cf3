package org.qubestools.core.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.AtomicFile;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.TempName;

/**
 * The store file under its POSIX record lock: while one is open, no program that keeps to the lock changes the store.
 *
 * <p>The bytes of a store are to be had from here only: opening the file in any other way and closing it again would
 * drop the lock without notice. One object is for one thread; several may be open at a time, readers side by side, a
 * writer alone, in one JVM as between programs.
 */
public final class StoreFile implements AutoCloseable {
    /** The largest store that is read or written, in bytes. */
    public static final int MAX_BYTES = 8 << 20;

    private static final String ACCESS = "check its mode, and whether you are in its group";

    private static final int MODE = 0660;

    // No lambda: the first one of a run costs more than the whole save.
    private static final AtomicFile.Claim CLAIM = new AtomicFile.Claim() {
        @Override
        public void claim(FileChannel fresh) throws IOException {
            if (!LockedFile.lock(fresh, true)) {
                throw new IOException("another program has locked it");
            }
        }
    };

    private final Path file;
    private final StoreGuard guard;
    private final @Nullable FileLayer layer;
    private final Ownership ownership;
    private LockedFile locked;
    private boolean open = true;

    private StoreFile(Path file, StoreGuard guard, @Nullable FileLayer layer, Ownership ownership, LockedFile locked) {
        this.file = file;
        this.guard = guard;
        this.layer = layer;
        this.ownership = ownership;
        this.locked = locked;
    }

    /**
     * Opens the store for reading; writers wait until it is closed.
     *
     * @throws QubesException STORE_MISSING if it is absent or unreadable, STORE_LOCKED when {@code wait} is over,
     *     CANCELLED when the thread is interrupted, FAILED otherwise
     */
    public static StoreFile openShared(Path file, LockWait wait) {
        return open(file, wait, null, Ownership.leftAlone());
    }

    /**
     * Opens the store for a change; everybody else waits until it is closed.
     *
     * @param ownership of the file that replaces the store
     * @throws QubesException as {@link #openShared}; FAILED if the store is readable but not writable
     */
    public static StoreFile openExclusive(Path file, LockWait wait, FileLayer layer, Ownership ownership) {
        return open(file, wait, layer, ownership);
    }

    private static StoreFile open(Path file, LockWait wait, @Nullable FileLayer layer, Ownership ownership) {
        try {
            // Links are resolved once, so that two names of one store share a guard and the temporary file lands beside
            // the real one.
            Path real = file.toRealPath();
            StoreGuard guard = StoreGuard.of(real);
            LockPatience patience = null;
            while (true) {
                LockedFile locked = layer == null ? guard.tryShared() : guard.tryExclusive();
                if (locked != null) {
                    return new StoreFile(real, guard, layer, ownership, locked);
                }
                if (patience == null) {
                    patience = new LockPatience(real, wait);
                }
                patience.pause();
            }
        } catch (IOException e) {
            throw cannotOpen(file, layer != null, e);
        }
    }

    /**
     * The content of a file that is not the store in use, such as a copy of it. Opened and closed without regard to any
     * lock: for the store in use it would end that of this process.
     *
     * @throws QubesException STORE_MISSING if it is absent or unreadable, STORE_CORRUPT if it is larger than
     *     {@link #MAX_BYTES}
     */
    public static byte[] readCopy(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw Files.exists(file)
                        ? new FileSystemException(file.toString(), null, "is no regular file")
                        : new NoSuchFileException(file.toString());
            }
            if (Files.size(file) > MAX_BYTES) {
                throw tooLarge(file, null);
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new QubesException(ErrorKind.STORE_MISSING, "cannot read " + file + ": " + IoReason.of(e), null, e);
        }
    }

    private static QubesException tooLarge(Path file, @Nullable String hint) {
        return new QubesException(
                ErrorKind.STORE_CORRUPT, file + " is larger than " + MAX_BYTES + " bytes, no store is [limit]", hint);
    }

    private static QubesException cannotOpen(Path file, boolean forChange, IOException cause) {
        if (cause instanceof NoSuchFileException) {
            return new QubesException(
                    ErrorKind.STORE_MISSING,
                    "no store at " + file,
                    "make one with qvm-init-storage; one that was lost comes back with 'qubes-store repair'",
                    cause);
        }
        String reason = ": " + IoReason.of(cause);
        if (!(cause instanceof AccessDeniedException)) {
            return new QubesException(ErrorKind.FAILED, "cannot open " + file + reason, null, cause);
        }
        if (forChange && Files.isReadable(file)) {
            return new QubesException(ErrorKind.FAILED, "cannot change " + file + reason, ACCESS, cause);
        }
        return new QubesException(ErrorKind.STORE_MISSING, "cannot read " + file + reason, ACCESS, cause);
    }

    /**
     * The whole content.
     *
     * @throws QubesException STORE_CORRUPT if it is larger than {@link #MAX_BYTES}, CANCELLED, FAILED
     */
    public byte[] read() {
        requireUsable();
        try {
            FileChannel channel = locked.channel();
            long size = channel.size();
            if (size > MAX_BYTES) {
                throw tooLarge(file, StoreDamage.HINT);
            }
            ByteBuffer content = ByteBuffer.allocate((int) size);
            while (content.hasRemaining() && channel.read(content, content.position()) >= 0) {
                // One call usually reads all.
            }
            byte[] bytes = content.array();
            return content.hasRemaining() ? Arrays.copyOf(bytes, content.position()) : bytes;
        } catch (IOException e) {
            throw failed("cannot read " + file, e);
        }
    }

    /**
     * Replaces the content, durably and as a whole; nothing at all happens if it is the same. The lock is then held on
     * the new file.
     *
     * @throws QubesException FAILED or CANCELLED: the store is as it was, or the message says that it is not
     * @throws IllegalStateException if opened for reading
     */
    public void replace(byte[] content) {
        if (layer == null) {
            throw new IllegalStateException(file + " was opened for reading");
        }
        byte[] before = read();
        if (Arrays.equals(before, content)) {
            return;
        }
        if (content.length > MAX_BYTES) {
            throw new QubesException(
                    ErrorKind.FAILED, file + " would be larger than " + MAX_BYTES + " bytes and is left as it was");
        }
        try {
            TempName.clearStale(layer, file);
            install(layer, content);
        } catch (IOException e) {
            throw failed("cannot save " + file, e);
        }
        try {
            AtomicFile.syncDirectoryOf(layer, file);
        } catch (IOException e) {
            putBack(layer, before, e);
        }
    }

    private void install(FileLayer layer, byte[] content) throws IOException {
        FileChannel fresh = AtomicFile.install(layer, file, content, MODE, ownership, CLAIM);
        LockedFile old = locked;
        locked = LockedFile.adopt(fresh);
        old.close();
    }

    // The new store is in place, but not known to be durable, and the caller is going to undo what belongs to it.
    private void putBack(FileLayer layer, byte[] before, IOException cause) {
        boolean interrupted = Thread.interrupted();
        try {
            install(layer, before);
        } catch (IOException e) {
            cause.addSuppressed(e);
            throw failed("the change of " + file + " is in place but may not survive a power failure", cause);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        throw failed("cannot save " + file, cause);
    }

    private void requireUsable() {
        if (!open) {
            throw new IllegalStateException(file + " was closed");
        }
        // An interrupted thread would close the channel, and with it the lock, by touching it.
        if (Thread.currentThread().isInterrupted()) {
            throw new QubesException(ErrorKind.CANCELLED, "interrupted");
        }
    }

    private static QubesException failed(String what, IOException cause) {
        ErrorKind kind = cause instanceof ClosedByInterruptException ? ErrorKind.CANCELLED : ErrorKind.FAILED;
        return new QubesException(kind, what + ": " + IoReason.of(cause), IoReason.advice(cause), cause);
    }

    /** Gives the lock back. */
    @Override
    public void close() {
        if (!open) {
            return;
        }
        open = false;
        try {
            if (layer == null) {
                guard.releaseShared(locked);
            } else {
                guard.releaseExclusive(locked);
            }
        } catch (IOException e) {
            throw failed("cannot close " + file, e);
        }
    }
}
