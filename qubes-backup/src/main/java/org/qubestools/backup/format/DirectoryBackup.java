package org.qubestools.backup.format;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.EntryType;
import org.qubestools.backup.archive.SparseMap;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.AttributeMap;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.posix.RawPath;

/**
 * A backup of format 1: a directory with copies of the VMs' directories, with nothing that authenticates them. Links are
 * never followed.
 */
public final class DirectoryBackup implements Backup {
    private static final int MAX_XML = 8 << 20;
    private static final String HOME = "dom0-home";

    private final Path directory;
    private final byte[] xml;
    private final BackupContents contents;

    private DirectoryBackup(Path directory, byte[] xml, BackupContents contents) {
        this.directory = directory;
        this.xml = xml;
        this.contents = contents;
    }

    /** True if there is a qubes.xml in this directory, as in one of format 1. */
    public static boolean isOne(Path directory) {
        return Files.isRegularFile(directory.resolve(StoreStage.PATH), LinkOption.NOFOLLOW_LINKS);
    }

    /** Reads what the backup in this directory holds. */
    public static DirectoryBackup open(Path directory) {
        try {
            Path file = directory.resolve(StoreStage.PATH);
            if (Files.size(file) > MAX_XML) {
                throw new QubesException(ErrorKind.CORRUPT_BACKUP, "the qubes.xml of the backup is too large");
            }
            byte[] xml = Files.readAllBytes(file);
            BackupContents stored = StoreContents.readFormat1(xml, path -> isDirectory(directory, path));
            List<BackupItem> items = new ArrayList<>(stored.items());
            BackupItem home = home(directory);
            if (home != null) {
                items.add(home);
            }
            return new DirectoryBackup(directory, xml, new BackupContents(stored.vms(), items, stored.leftOut()));
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "reading the backup failed: " + IoReason.of(e), IoReason.advice(e), e);
        }
    }

    /** The path is not checked, so it may have characters that the locale does not know. */
    private static boolean isDirectory(Path backup, String path) {
        Path bytes = RawPath.of(path.getBytes(StandardCharsets.UTF_8));
        return Files.isDirectory(backup.resolve(bytes), LinkOption.NOFOLLOW_LINKS);
    }

    /** Files that others left beside the home, and links, are none. */
    private static @Nullable BackupItem home(Path directory) throws IOException {
        Path homes = directory.resolve(HOME);
        if (!Files.isDirectory(homes, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        List<Path> users = sorted(homes);
        users.removeIf(user -> !Files.isDirectory(user, LinkOption.NOFOLLOW_LINKS));
        QubesVm dom0 = QubesVm.stored(0, VmClass.ADMIN, AttributeMap.EMPTY);
        if (users.size() != 1) {
            String violation = "the backup holds " + users.size() + " homes of dom0 users, not one";
            return new BackupItem(dom0, HOME, 0, List.of(), violation);
        }
        String user = String.valueOf(users.get(0).getFileName());
        return new BackupItem(dom0, HOME + "/" + user, 0, List.of(), "");
    }

    private static List<Path> sorted(Path directory) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            for (Path entry : stream) {
                entries.add(entry);
            }
        }
        Collections.sort(entries);
        return entries;
    }

    @Override
    public FormatVersion version() {
        return FormatVersion.V1;
    }

    @Override
    public boolean isAuthenticated() {
        return false;
    }

    @Override
    public Optional<KnownHeader> knownHeader() {
        return Optional.empty();
    }

    @Override
    public TarEntry xmlEntry() {
        try {
            return entry(directory.resolve(StoreStage.PATH), ByteName.of(StoreStage.PATH));
        } catch (IOException e) {
            throw new QubesException(ErrorKind.FAILED, "reading the backup failed: " + IoReason.of(e), null, e);
        }
    }

    @Override
    public byte[] xml() {
        return xml.clone();
    }

    @Override
    public BackupContents contents() {
        return contents;
    }

    @Override
    public PassResult read(List<BackupItem> items, ArchiveHandler handler) {
        Map<BackupItem, ItemProblem> failed = new LinkedHashMap<>();
        Map<BackupItem, Set<String>> files = new HashMap<>();
        for (BackupItem item : items) {
            try {
                files.put(item, walk(item, handler));
            } catch (DamagedArchive e) {
                fail(failed, handler, item, String.valueOf(e.getMessage()));
            } catch (IOException e) {
                fail(failed, handler, item, "it cannot be read: " + IoReason.of(e));
            }
        }
        return Completeness.check(contents, items, new PassResult(failed, files, List.of()), handler);
    }

    private static void fail(
            Map<BackupItem, ItemProblem> failed, ArchiveHandler handler, BackupItem item, String reason) {
        ItemProblem problem = new ItemProblem(item, "", -1, reason);
        failed.put(item, problem);
        handler.failed(problem);
    }

    private Set<String> walk(BackupItem item, ArchiveHandler handler) throws IOException {
        if (!item.violation().isEmpty()) {
            throw new DamagedArchive(item.violation()); // its path may be missing
        }
        Set<String> found = new HashSet<>();
        handler.begin(item, item.path());
        walk(item, directory.resolve(item.path()), ByteName.of(item.path()), found, handler);
        handler.done(item, item.path());
        return found;
    }

    private void walk(BackupItem item, Path path, ByteName name, Set<String> found, ArchiveHandler handler)
            throws IOException {
        TarEntry entry = entry(path, name);
        if (name.isText(item.path())) {
            found.add("");
        } else if (entry.type() == EntryType.FILE
                && name.lastSlash() == item.path().length()) {
            found.add(name.from(item.path().length() + 1).untrustedText());
        }
        handler.entry(item, item.path(), entry, sink -> {
            try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
                byte[] buffer = new byte[1 << 17];
                long at = 0;
                int got = in.read(buffer);
                while (got >= 0) {
                    sink.data(at, buffer, 0, got);
                    handler.progress(got);
                    at += got;
                    got = in.read(buffer);
                }
                if (at != entry.size()) {
                    throw new DamagedArchive("'" + name + "' changed while it was read");
                }
            }
        });
        if (entry.type() == EntryType.DIRECTORY) {
            for (Path child : sorted(path)) {
                Path own = Objects.requireNonNull(child.getFileName(), "every entry has a name");
                walk(item, child, name.child(ByteName.of(RawPath.bytes(own))), found, handler);
            }
        }
    }

    private static TarEntry entry(Path path, ByteName name) throws IOException {
        BasicFileAttributes facts = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        int mode = (Integer) Objects.requireNonNull(
                Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS), "every file has a mode");
        long mtime = Math.floorDiv(facts.lastModifiedTime().to(TimeUnit.MILLISECONDS), 1000);
        EntryType type = type(mode);
        ByteName target = ByteName.of("");
        if (type == EntryType.SYMLINK) {
            target = ByteName.of(RawPath.bytes(Files.readSymbolicLink(path)));
        }
        long size = type == EntryType.FILE ? facts.size() : 0;
        return new TarEntry(name, type, mode & 07777, mtime, SparseMap.dense(size), target);
    }

    private static EntryType type(int mode) throws DamagedArchive {
        return switch (mode & 0170000) {
            case 0100000 -> EntryType.FILE;
            case 0040000 -> EntryType.DIRECTORY;
            case 0120000 -> EntryType.SYMLINK;
            case 0010000 -> EntryType.PIPE;
            case 0020000 -> EntryType.CHARACTER_DEVICE;
            case 0060000 -> EntryType.BLOCK_DEVICE;
            default -> throw new DamagedArchive("a socket, or something else that is no file");
        };
    }

    /** Nothing is held open. */
    @Override
    public void close() {}

    @Override
    public String toString() {
        return "format 1 backup " + SafeText.of(directory.toString());
    }
}
