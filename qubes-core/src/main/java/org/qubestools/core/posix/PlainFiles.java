package org.qubestools.core.posix;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** What is left without native calls. */
record PlainFiles(String untrustedReason) implements PosixFiles {
    @Override
    public Optional<String> untrustedLimitation() {
        return Optional.of(untrustedReason);
    }

    @Override
    public long dataExtents(Path file, ExtentSink sink) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size > 0) {
                sink.data(0, size);
            }
            return size;
        }
    }

    @Override
    public void symlink(byte[] target, Path link) throws IOException {
        throw new FileSystemException(
                link.toString(), null, "Java cannot write the target of this link, and JNA fails: " + untrustedReason);
    }
}
