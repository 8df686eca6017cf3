package org.qubestools.core.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Replaces a file as a whole: readers and a crash find the old content or the new one, never a mixture.
 *
 * <p>The new file is written beside the target, gets its mode, group and (under root) the owner of the file that it
 * replaces, is synced and renamed over it. When a step fails the new file is removed, the target is as it was, and the
 * {@link IOException} names the step and the path.
 */
public final class AtomicFile {
    private static final Claim NO_CLAIM = new Claim() {
        @Override
        public void claim(FileChannel file) {}
    };

    private AtomicFile() {}

    /** Takes hold of the new file, which is complete, before anybody can find it under its final name. */
    @FunctionalInterface
    public interface Claim {
        /** {@code file} is open for reading and writing; an exception stops the replacement. */
        void claim(FileChannel file) throws IOException;
    }

    /** Replaces or creates {@code target} durably. If only the sync of the directory fails, the file is replaced. */
    public static void replace(FileLayer layer, Path target, byte[] content, int mode, Ownership ownership)
            throws IOException {
        install(layer, target, content, mode, ownership, NO_CLAIM).close();
        syncDirectoryOf(layer, target);
    }

    /**
     * Does all of {@link #replace} up to the rename; the caller still has to call {@link #syncDirectoryOf}.
     *
     * @return the open new file, as {@code claim} got it; the caller closes it
     */
    public static FileChannel install(
            FileLayer layer, Path target, byte[] content, int mode, Ownership ownership, Claim claim)
            throws IOException {
        Path temp = TempName.beside(target);
        FileChannel channel;
        try {
            channel = layer.createFile(temp);
        } catch (IOException e) {
            throw failed("create", temp, e);
        }
        String step = "write";
        try {
            layer.write(channel, content);
            step = "set the owner of";
            ownership.giveTo(layer, temp, target);
            step = "set the mode of";
            layer.setMode(temp, mode);
            step = "sync";
            layer.sync(temp);
            step = "lock";
            claim.claim(channel);
            step = "rename";
            layer.rename(temp, target);
            return channel;
        } catch (IOException e) {
            discard(layer, temp, channel, e);
            throw failed(step, temp, e);
        } catch (RuntimeException | Error e) {
            discard(layer, temp, channel, e);
            throw e;
        }
    }

    /** Makes the last rename in the directory of {@code target} durable. */
    public static void syncDirectoryOf(FileLayer layer, Path target) throws IOException {
        Path directory = TempName.parentOf(target);
        try {
            layer.sync(directory);
        } catch (IOException e) {
            throw failed("sync", directory, e);
        }
    }

    private static void discard(FileLayer layer, Path temp, FileChannel channel, Throwable cause) {
        try {
            channel.close();
            layer.delete(temp);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private static IOException failed(String step, Path path, IOException cause) {
        return new IOException("cannot " + step + " " + path + ": " + IoReason.of(cause), cause);
    }
}
