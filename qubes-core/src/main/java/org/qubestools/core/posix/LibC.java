package org.qubestools.core.posix;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/** The C library of 64-bit Linux; loading this class loads JNA. */
final class LibC {
    static final int SEEK_END = 2;
    static final int SEEK_DATA = 3;
    static final int SEEK_HOLE = 4;

    static final int ENXIO = 6;
    static final int EINVAL = 22;
    private static final int ENOENT = 2;
    private static final int EACCES = 13;
    private static final int EEXIST = 17;

    private static final int O_RDONLY = 0;
    private static final int O_CLOEXEC = 02000000;

    private LibC() {}

    /** LinkageError if this process cannot make native calls. */
    static LibC load() {
        // Elsewhere the numbers above and the width of an offset are other ones.
        if (!Platform.isLinux() || Native.LONG_SIZE != Long.BYTES) {
            throw new UnsatisfiedLinkError("this is not a 64-bit Linux");
        }
        Native.register(LibC.class, NativeLibrary.getProcess());
        return new LibC();
    }

    private static native int open(byte[] path, int flags);

    private static native long lseek(int descriptor, long offset, int whence);

    private static native int close(int descriptor);

    private static native int symlink(byte[] target, byte[] link);

    private static native String strerror(int error);

    /** The caller closes it. */
    int openForReading(Path file) throws IOException {
        int descriptor = open(text(file, RawPath.bytes(file)), O_RDONLY | O_CLOEXEC);
        if (descriptor < 0) {
            throw failure(file);
        }
        return descriptor;
    }

    /** Negative if it failed. */
    long seek(int descriptor, long offset, int whence) {
        return lseek(descriptor, offset, whence);
    }

    /** Of a file that was only read: nothing can be lost by a failure. */
    void closeQuietly(int descriptor) {
        close(descriptor);
    }

    /** Not 0 if it failed. */
    int makeSymlink(byte[] target, Path link) throws IOException {
        return symlink(text(link, target), text(link, RawPath.bytes(link)));
    }

    private static byte[] text(Path shown, byte[] bytes) throws IOException {
        for (byte b : bytes) {
            if (b == 0) {
                throw new FileSystemException(shown.toString(), null, "a name holds a NUL character");
            }
        }
        return Arrays.copyOf(bytes, bytes.length + 1);
    }

    /** The error number of the last call of this thread. */
    int error() {
        return Native.getLastError();
    }

    /** What the last call of this thread failed with. */
    IOException failure(Path file) {
        int error = error();
        String shown = file.toString();
        return switch (error) {
            case ENOENT -> new NoSuchFileException(shown);
            case EACCES -> new AccessDeniedException(shown);
            case EEXIST -> new FileAlreadyExistsException(shown);
            default -> new FileSystemException(shown, null, strerror(error));
        };
    }
}
