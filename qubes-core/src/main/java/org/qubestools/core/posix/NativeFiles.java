package org.qubestools.core.posix;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The calls of the system's C library. */
record NativeFiles(LibC libc) implements PosixFiles {
    @Override
    public Optional<String> untrustedLimitation() {
        return Optional.empty();
    }

    @Override
    public long dataExtents(Path file, ExtentSink sink) throws IOException {
        int descriptor = libc.openForReading(file);
        try {
            long size = libc.seek(descriptor, 0, LibC.SEEK_END);
            if (size < 0) {
                throw libc.failure(file);
            }
            tellExtents(file, descriptor, size, sink);
            return size;
        } finally {
            libc.closeQuietly(descriptor);
        }
    }

    private void tellExtents(Path file, int descriptor, long size, ExtentSink sink) throws IOException {
        long at = 0;
        while (at < size) {
            long start = libc.seek(descriptor, at, LibC.SEEK_DATA);
            if (start < 0 && libc.error() == LibC.EINVAL) {
                // A block device, or a kernel or file system that knows no holes.
                sink.data(at, size - at);
                return;
            }
            long end = start < 0 ? start : libc.seek(descriptor, start, LibC.SEEK_HOLE);
            if (end < 0) {
                if (libc.error() == LibC.ENXIO) {
                    // No data behind this place: a hole to the end, or the file became shorter.
                    return;
                }
                throw libc.failure(file);
            }
            at = Math.min(end, size);
            if (at > start) {
                sink.data(start, at - start);
            }
        }
    }

    @Override
    public void symlink(byte[] target, Path link) throws IOException {
        if (libc.makeSymlink(target, link) != 0) {
            throw libc.failure(link);
        }
    }
}
