package org.qubestools.backup.create;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.SparseMap;
import org.qubestools.backup.archive.TarWriter;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.Progress;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.posix.RawPath;

/** Puts planned files into inner archives. Every byte of a file is read once, its holes not at all. */
final class TreeArchiver {
    private final Extents extents;
    private final Progress progress;
    private final Consumer<String> warnings;
    private final byte[] buffer = new byte[1 << 18];

    TreeArchiver(Extents extents, Progress progress, Consumer<String> warnings) {
        this.extents = extents;
        this.progress = progress;
        this.warnings = warnings;
    }

    /** The whole archive of a planned file, its end mark too. */
    void archive(PlannedFile planned, TarWriter tar) throws IOException {
        ByteName path = ByteName.of(planned.path());
        switch (planned.kind()) {
            case FILE -> file(FileSource.look(planned.source(), true), path, tar);
            case DIRECTORY -> {
                boolean whole = planned.path().endsWith("/.");
                ByteName top = whole ? path.first(path.length() - 2) : path;
                new Walk(tar).tree(FileSource.look(planned.source(), true), top);
            }
            case SELECTION -> {
                Walk walk = new Walk(tar);
                tar.directory(FileSource.look(planned.source(), true).facts(path));
                for (String entry : planned.entries()) {
                    Path source = planned.source().resolve(entry);
                    walk.tree(FileSource.look(source, false), path.child(ByteName.of(entry)));
                }
            }
        }
        tar.end();
    }

    private void file(FileSource source, ByteName path, TarWriter tar) throws IOException {
        if (!source.isFile()) {
            throw new QubesException(
                    ErrorKind.FAILED, SafeText.of(source.path().toString()) + " is no regular file", "move it away");
        }
        SparseMap map = extents.of(source.path(), source.size());
        tar.file(source.facts(path), map);
        try (FileChannel channel = FileChannel.open(source.path(), StandardOpenOption.READ)) {
            long at = 0;
            for (int i = 0; i < map.count(); i++) {
                progress.advance(map.offset(i) - at);
                at = map.offset(i) + map.length(i);
                extent(channel, map.offset(i), at, source, tar);
            }
            progress.advance(source.size() - at);
            if (channel.size() != source.size()) {
                requireUnchanged(source, channel.size());
            }
        }
        tar.endFile();
    }

    private void extent(FileChannel channel, long from, long to, FileSource source, TarWriter tar) throws IOException {
        long at = from;
        while (at < to) {
            int wanted = (int) Math.min(buffer.length, to - at);
            int got = channel.read(ByteBuffer.wrap(buffer, 0, wanted), at);
            if (got <= 0) {
                requireUnchanged(source, at);
            }
            tar.data(buffer, 0, got);
            progress.advance(got);
            at += got;
        }
    }

    /** A file may grow while it is read, a log does; what it had at first is archived. An image does not. */
    private static void requireUnchanged(FileSource source, long size) {
        boolean image = source.path().toString().endsWith(".img");
        if (size < source.size() || image) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    SafeText.of(source.path().toString()) + " changed its size while it was read",
                    "stop what writes to it and make the backup again");
        }
    }

    /** One pass over a directory tree, which knows what has several names in it. */
    private final class Walk {
        private final TarWriter tar;
        private final Map<String, ByteName> linked = new HashMap<>();

        Walk(TarWriter tar) {
            this.tar = tar;
        }

        void tree(FileSource source, ByteName path) throws IOException {
            if (source.isDirectory()) {
                tar.directory(source.facts(path));
                for (Path child : children(source.path())) {
                    child(child, path.child(name(child)));
                }
            } else if (source.isSymlink()) {
                tar.symlink(source.facts(path), ByteName.of(RawPath.bytes(Files.readSymbolicLink(source.path()))));
            } else if (source.isPipe()) {
                tar.pipe(source.facts(path));
            } else if (source.isFile()) {
                regular(source, path);
            } else {
                warnings.accept("'" + path + "' is a socket or device and was left out");
            }
        }

        private void child(Path child, ByteName path) throws IOException {
            FileSource source;
            try {
                source = FileSource.look(child, false);
            } catch (NoSuchFileException e) {
                warnings.accept("'" + path + "' vanished while its directory was read");
                return;
            }
            tree(source, path);
        }

        private void regular(FileSource source, ByteName path) throws IOException {
            String identity = source.device() + ":" + source.file();
            ByteName first = source.links() > 1 ? linked.putIfAbsent(identity, path) : null;
            if (first != null) {
                tar.hardLink(source.facts(path), first);
            } else {
                file(source, path, tar);
            }
        }

        private static ByteName name(Path child) {
            return ByteName.of(RawPath.bytes(Objects.requireNonNull(child.getFileName(), "an entry has a name")));
        }

        private static List<Path> children(Path directory) throws IOException {
            List<Path> children = new ArrayList<>();
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
                for (Path child : stream) {
                    children.add(child);
                }
            }
            Collections.sort(children);
            return children;
        }
    }

    /** Bytes that {@link #archive} will report as progress, holes too; a file that cannot be looked at counts 0. */
    static long apparentSize(PlannedFile planned) {
        try {
            return switch (planned.kind()) {
                case FILE -> Files.size(planned.source());
                case DIRECTORY -> sizeOf(planned.source());
                case SELECTION -> {
                    long total = 0;
                    for (String entry : planned.entries()) {
                        total += sizeOf(planned.source().resolve(entry));
                    }
                    yield total;
                }
            };
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "cannot read " + SafeText.of(planned.source().toString()) + ": " + IoReason.of(e),
                    IoReason.advice(e),
                    e);
        }
    }

    private static long sizeOf(Path tree) throws IOException {
        long total = 0;
        Set<Object> seen = new HashSet<>();
        try (var paths = Files.walk(tree)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    FileSource source = FileSource.look(path, false);
                    if (source.links() == 1 || seen.add(source.device() + ":" + source.file())) {
                        total += source.size();
                    }
                }
            }
        }
        return total;
    }
}
