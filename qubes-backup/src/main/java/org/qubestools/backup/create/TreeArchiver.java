package org.qubestools.backup.create;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.SparseMap;
import org.qubestools.backup.archive.TarReader;
import org.qubestools.backup.archive.TarWriter;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
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
        try (FileChannel channel = FileChannel.open(source.path(), StandardOpenOption.READ)) {
            SparseMap map = extents.of(source.path(), source.size());
            tar.file(source.facts(path), map);
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

    /** What no reader of ours would take is not written; a directory has a slash at its end. */
    private static void requireReadable(Path file, long pathLength, int levels) {
        if (pathLength > TarReader.MAX_NAME || levels > TarReader.MAX_LEVELS) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the path of " + SafeText.of(file.toString()) + " is too long for a backup: there it has "
                            + pathLength + " bytes and " + levels + " levels, of which " + TarReader.MAX_NAME + " and "
                            + TarReader.MAX_LEVELS + " can be read back",
                    "move it to a shorter path, or take it away");
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
            boolean isDirectory = source.isDirectory();
            requireReadable(
                    source.path(),
                    path.length() + (isDirectory ? 1 : 0),
                    path.parts().size());
            if (isDirectory) {
                tar.directory(source.facts(path));
                children(source, path);
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

        private void children(FileSource directory, ByteName path) throws IOException {
            List<Path> children;
            try {
                children = children(directory.path());
            } catch (NoSuchFileException e) {
                warnings.accept("'" + path + "' vanished while it was read");
                return;
            }
            for (Path child : children) {
                ByteName below = path.child(name(child));
                try {
                    tree(FileSource.look(child, false), below);
                } catch (NoSuchFileException e) {
                    // Nothing of it is in the archive yet: directories see to their own.
                    warnings.accept("'" + below + "' vanished while its directory was read");
                }
            }
        }

        private void regular(FileSource source, ByteName path) throws IOException {
            String identity = source.device() + ":" + source.file();
            ByteName first = source.links() > 1 ? linked.get(identity) : null;
            if (first != null) {
                tar.hardLink(source.facts(path), first);
                return;
            }
            file(source, path, tar);
            if (source.links() > 1) {
                linked.put(identity, path);
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
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
            Collections.sort(children);
            return children;
        }
    }

    /**
     * Bytes that {@link #archive} will report as progress, holes too; what cannot be looked at counts 0.
     *
     * @throws QubesException FAILED for a path that is too long, now rather than in the middle of the backup
     */
    static long apparentSize(List<PlannedFile> files) throws IOException {
        long total = 0;
        for (PlannedFile file : files) {
            total += apparentSize(file);
        }
        return total;
    }

    private static long apparentSize(PlannedFile planned) throws IOException {
        return switch (planned.kind()) {
            case FILE, DIRECTORY -> sizeOf(planned.source().toRealPath(), planned.path());
            case SELECTION -> {
                long total = 0;
                for (String entry : planned.entries()) {
                    total += sizeOf(planned.source().resolve(entry), planned.path() + "/" + entry);
                }
                yield total;
            }
        };
    }

    private static long sizeOf(Path tree, String archived) throws IOException {
        SizeSum sum = new SizeSum(tree, ByteName.of(archived));
        Files.walkFileTree(tree, sum);
        return sum.total;
    }

    /** Adds up regular files, each once; what vanishes or cannot be read is left to the archiving to tell. */
    private static final class SizeSum extends SimpleFileVisitor<Path> {
        private final Set<Object> seen = new HashSet<>();
        private final int longer;
        private final int deeper;
        private long total;

        SizeSum(Path tree, ByteName archived) {
            boolean whole = archived.endsWith("/.");
            longer = archived.length() - (whole ? 2 : 0) - RawPath.bytes(tree).length;
            deeper = archived.parts().size() - (whole ? 1 : 0) - tree.getNameCount();
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes facts) {
            check(directory, 1);
            return FileVisitResult.CONTINUE;
        }

        /** The bytes of a name are found out only if its characters could be so many. */
        private void check(Path file, int slash) {
            long most = 3L * file.toString().length() + longer + slash;
            int levels = file.getNameCount() + deeper;
            if (most > TarReader.MAX_NAME || levels > TarReader.MAX_LEVELS) {
                requireReadable(file, (long) RawPath.bytes(file).length + longer + slash, levels);
            }
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes facts) {
            check(file, 0);
            Object key = facts.fileKey();
            if (facts.isRegularFile() && (key == null || seen.add(key))) {
                total += facts.size();
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
            return FileVisitResult.CONTINUE;
        }
    }
}
