package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.qubestools.core.io.LockFile;

/**
 * The right to use a command port of a VM: one process at a time, and one part of it. It is the lock of a file beside
 * the port's socket; the file stays, the kernel ends the lock of a process that ends.
 */
final class PortLock implements AutoCloseable {
    /** Locks of this process, which must not open such a file again: closing it would end the lock. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private PortLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** The lock for a port, without waiting; empty if it is in use. */
    static Optional<PortLock> take(Path socket) throws IOException {
        Path file = of(socket);
        if (!HELD.add(file)) {
            return Optional.empty();
        }
        boolean locked = false;
        try {
            FileChannel channel = LockFile.open(file);
            try {
                locked = channel.tryLock() != null;
            } finally {
                if (!locked) {
                    channel.close();
                }
            }
            return locked ? Optional.of(new PortLock(file, channel)) : Optional.empty();
        } finally {
            if (!locked) {
                HELD.remove(file);
            }
        }
    }

    /** The file that is locked for a port. */
    static Path of(Path socket) {
        return socket.toAbsolutePath().resolveSibling(socket.getFileName() + ".lock");
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD.remove(file);
        }
    }
}
