package org.qubestools.backup.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/** Opens outer archives where they are. */
public final class ArchiveFile {
    private ArchiveFile() {}

    /**
     * The archive in a file; a regular one can be read again where a chunk is doubtful.
     *
     * @param rejections see {@link OuterTarReader}
     * @param warnings see {@link OuterTarReader}
     */
    public static MemberSource open(Path file, Consumer<String> rejections, Consumer<String> warnings)
            throws IOException {
        if (!Files.isRegularFile(file)) {
            return ofStream(Files.newInputStream(file), rejections, warnings);
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        InputStream in = new SeekingStream(channel);
        return new OuterTarReader(in, channel.size(), offset -> at(file, offset), rejections, warnings);
    }

    private static InputStream at(Path file, long offset) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        channel.position(offset);
        return new SeekingStream(channel);
    }

    /** The archive that a pipe gives, once. */
    public static MemberSource ofStream(InputStream in, Consumer<String> rejections, Consumer<String> warnings) {
        return new OuterTarReader(in, Long.MAX_VALUE, null, rejections, warnings);
    }
}
