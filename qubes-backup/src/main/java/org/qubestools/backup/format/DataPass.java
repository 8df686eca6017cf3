package org.qubestools.backup.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.EntryType;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.archive.TarReader;
import org.qubestools.backup.compress.Inflaters;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.TaskScope;

/**
 * One way through the data of a backup: every chunk of the wanted VMs is authenticated, every inner archive parsed to
 * its end. A VM with a fault fails, the others go on. This is the one verification, whoever asks for it.
 */
final class DataPass {
    private final BackupFormat format;
    private final List<BackupItem> items;
    private final ArchiveHandler handler;
    private final int threads;
    private final PartReader reader;
    private final Map<BackupItem, ItemProblem> failed = new LinkedHashMap<>();
    private final Set<BackupItem> dropped = ConcurrentHashMap.newKeySet();
    private final Set<String> finished = new HashSet<>();
    private final Map<BackupItem, Set<String>> files = new HashMap<>();
    private final List<String> brokenOff = new ArrayList<>();
    private PartReader.@Nullable Found next;
    private Inflaters inflaters = Inflaters.NONE;

    DataPass(BackupFormat format, List<BackupItem> items, ArchiveHandler handler, int threads, ReaderFactory readers) {
        this.format = format;
        this.items = items;
        this.handler = handler;
        this.threads = threads;
        this.reader = readers.create(this::isWanted);
    }

    /** Makes the reader that asks a predicate about paths. */
    interface ReaderFactory {
        PartReader create(Predicate<String> wanted);
    }

    /** Called by the reading thread. */
    private boolean isWanted(String path) {
        BackupItem owner = owner(path);
        return owner != null && !dropped.contains(owner);
    }

    private @Nullable BackupItem owner(String path) {
        for (BackupItem item : items) {
            if (item.owns(path)) {
                return item;
            }
        }
        return null;
    }

    PassResult run() {
        try (TaskScope scope = new TaskScope()) {
            scope.fork("qubes-backup-reader", reader);
            inflaters = Inflaters.start(scope, threads);
            steps();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted", null, e);
        } finally {
            if (next instanceof PartReader.Good good) {
                good.part().close();
            }
            reader.drop();
        }
        return new PassResult(failed, files, brokenOff);
    }

    private void steps() throws InterruptedException {
        boolean whole = false;
        try {
            boolean more = true;
            while (more) {
                more = step();
            }
            whole = true;
        } finally {
            if (!whole) {
                reader.stop(); // the scope waits for it
            }
        }
    }

    private PartReader.Found peek() throws InterruptedException {
        if (next == null) {
            next = reader.take();
        }
        return next;
    }

    /** False when nothing more comes. */
    private boolean step() throws InterruptedException {
        PartReader.Found found = peek();
        if (found instanceof PartReader.Good good) {
            first(good.part());
            return true;
        }
        next = null;
        if (found instanceof PartReader.Bad bad) {
            fail(owner(bad.name().path()), bad.name().path(), bad.name().number(), bad.reason());
            return true;
        }
        if (found instanceof PartReader.Broken broken) {
            broken(broken);
        } else if (found instanceof PartReader.Failed failure) {
            throw ReadFailure.of(failure.cause());
        }
        return false;
    }

    private void broken(PartReader.Broken broken) {
        brokenOff.add(broken.reason() + (broken.complete() == null ? "" : " (behind " + broken.complete() + ")"));
        for (ChunkName place : new ChunkName[] {broken.before(), broken.there()}) {
            if (place != null) {
                fail(owner(place.path()), place.path(), place.number(), "the archive is damaged there or behind it");
            }
        }
    }

    private void fail(@Nullable BackupItem item, String archive, int chunk, String reason) {
        if (item == null || failed.containsKey(item)) {
            return;
        }
        ItemProblem problem = new ItemProblem(item, archive, chunk, reason);
        failed.put(item, problem);
        dropped.add(item);
        handler.failed(problem);
    }

    /** A chunk where an inner archive must begin. */
    private void first(VerifiedPart part) throws InterruptedException {
        String path = part.name().path();
        BackupItem item = owner(path);
        if (item == null || failed.containsKey(item)) {
            next = null;
            part.close();
        } else if (part.name().number() != 0 || finished.contains(path)) {
            next = null;
            part.close();
            fail(
                    item,
                    path,
                    part.name().number(),
                    finished.contains(path)
                            ? "it comes after the end of its file, or a second time"
                            : "the chunks before it are missing");
        } else if (overlaps(path)) {
            next = null;
            part.close();
            fail(item, path, 0, "its files would be those of another of its archives");
        } else {
            archive(item, path);
        }
    }

    /** True if an archive before this one holds the same directory or file, or one above or below it. */
    private boolean overlaps(String path) {
        String top = top(path);
        for (String other : finished) {
            if (top.startsWith(top(other)) || top(other).startsWith(top)) {
                return true;
            }
        }
        return false;
    }

    /** The path below which an archive is, with a slash. */
    private static String top(String archive) {
        return archive.endsWith("/.") ? archive.substring(0, archive.length() - 1) : archive + "/";
    }

    private void archive(BackupItem item, String path) throws InterruptedException {
        finished.add(path);
        Sequence parts = new Sequence(path);
        try {
            handler.begin(item, path);
            Set<String> found = unpack(item, path, parts);
            handler.done(item, path);
            files.computeIfAbsent(item, key -> new HashSet<>()).addAll(found);
        } catch (DamagedArchive e) {
            fail(item, path, parts.lastNumber, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted() || e.getCause() instanceof InterruptedException) {
                throw new InterruptedException();
            }
            throw ReadFailure.of(e);
        } finally {
            parts.close();
        }
    }

    /** Names of the files directly in the directory of a VM; that of a home itself is empty. */
    private Set<String> unpack(BackupItem item, String path, PartSequence parts) throws IOException {
        TarReader tar = new TarReader(format.volumes(parts, inflaters), format.isMultiVolume());
        EntryGuard guard = new EntryGuard(path);
        TarEntry entry = tar.next();
        if (entry == null) {
            throw new DamagedArchive("its archive is empty");
        }
        Set<String> found = new HashSet<>();
        while (entry != null) {
            guard.check(entry);
            if (entry.type() == EntryType.DIRECTORY && entry.path().isText(item.path())) {
                found.add("");
            } else if (entry.type() == EntryType.FILE
                    && entry.path().lastSlash() == item.path().length()) {
                found.add(entry.path().from(item.path().length() + 1).untrustedText());
            }
            handler.entry(
                    item,
                    path,
                    entry,
                    sink -> tar.content((offset, buffer, from, length) -> {
                        sink.data(offset, buffer, from, length);
                        handler.progress(length);
                    }));
            entry = tar.next();
        }
        return found;
    }

    /** The chunks of the inner archive in work, taken from the queue as long as they continue it. */
    private final class Sequence implements PartSequence {
        private final String path;
        private @Nullable VerifiedPart given;
        private int lastNumber = -1;

        Sequence(String path) {
            this.path = path;
        }

        @Override
        public @Nullable VerifiedPart next() throws IOException {
            try {
                PartReader.Found found = peek();
                if (found instanceof PartReader.Good good
                        && good.part().name().path().equals(path)) {
                    return take(good.part());
                }
                if (found instanceof PartReader.Bad bad && bad.name().path().equals(path)) {
                    next = null;
                    lastNumber = bad.name().number();
                    throw new DamagedArchive(bad.reason());
                }
                return null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }

        private @Nullable VerifiedPart take(VerifiedPart part) throws DamagedArchive {
            int number = part.name().number();
            if (lastNumber >= 0 && number == 0) {
                return null;
            }
            if (number != lastNumber + 1) {
                String reason =
                        number <= lastNumber ? "it is there twice or out of order" : "a chunk before it is missing";
                lastNumber = number;
                throw new DamagedArchive(reason);
            }
            next = null;
            lastNumber = number;
            given = part;
            return part;
        }

        void close() {
            if (given != null) {
                given.close();
            }
        }
    }
}
