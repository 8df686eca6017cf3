package org.qubestools.backup.format;

import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.MemberSource;
import org.qubestools.backup.archive.PeekableMembers;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.crypto.ScryptCost;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.model.VmClass;

/**
 * A backup of format 2, 3 or 4 from its first byte to its last, in one pass: opened, it knows the header and the VMs;
 * {@link #read} then goes through the data.
 */
public final class BackupReader implements Backup {
    private final OpenArchive archive;
    private final BackupHeader header;
    /** The header is made up, as the oldest of format 2 have none. */
    private final boolean headerless;

    private final Optional<ScryptCost> cost;
    private final BackupFormat format;
    private final int threads;
    private final StoreStage.Xml xml;
    private final BackupContents contents;

    BackupReader(
            OpenArchive archive,
            BackupHeader header,
            boolean headerless,
            Optional<ScryptCost> cost,
            BackupFormat format,
            int threads,
            StoreStage.Xml xml) {
        this.archive = archive;
        this.header = header;
        this.headerless = headerless;
        this.cost = cost;
        this.format = format;
        this.threads = threads;
        this.xml = xml;
        this.contents = format.contents(xml.bytes());
    }

    /**
     * Reads, authenticates and parses header and qubes.xml.
     *
     * @param source is taken over, and closed with the reader or when this fails
     * @param passphrase is used until the reader is closed; stays the caller's
     * @throws QubesException BAD_PASSPHRASE or CORRUPT_BACKUP if the backup cannot be used
     */
    public static BackupReader open(
            MemberSource source, Passphrase passphrase, ReadOptions options, Consumer<String> warnings) {
        Opening opening = new Opening(new PeekableMembers(source), passphrase, options, warnings);
        BackupReader reader = null;
        try {
            reader = opening.open();
            return reader;
        } catch (DamagedArchive e) {
            throw new QubesException(
                    ErrorKind.CORRUPT_BACKUP, "the archive cannot be used: " + e.getMessage(), null, e);
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "reading the backup failed: " + IoReason.of(e), "check the medium it is on", e);
        } finally {
            if (reader == null) {
                opening.archive().close();
            }
        }
    }

    public BackupHeader header() {
        return header;
    }

    @Override
    public Optional<KnownHeader> knownHeader() {
        return Optional.of(new KnownHeader(headerless ? Optional.empty() : Optional.of(header), cost));
    }

    @Override
    public FormatVersion version() {
        return header.version();
    }

    @Override
    public boolean isAuthenticated() {
        return true;
    }

    @Override
    public TarEntry xmlEntry() {
        return xml.entry();
    }

    @Override
    public byte[] xml() {
        return xml.bytes();
    }

    @Override
    public BackupContents contents() {
        return contents;
    }

    @Override
    public PassResult read(List<BackupItem> items, ArchiveHandler handler) {
        Set<String> paths = new HashSet<>();
        for (BackupItem item : contents.items()) {
            paths.add(item.path());
        }
        PeekableMembers members = archive.members();
        archive.want(path -> isOf(path, items));
        members.select(directories(items), size(items));
        members.expect(name -> isBelow(name, paths));
        DataPass pass = new DataPass(
                format, items, handler, threads, wanted -> new PartReader(members, format.verifier(), wanted));
        return Completeness.check(contents, items, pass.run(), handler);
    }

    /** Directories of the outer archive; that of a home is the one above it. */
    private static List<String> directories(List<BackupItem> items) {
        Set<String> directories = new LinkedHashSet<>();
        for (BackupItem item : items) {
            boolean home = item.vm().vmClass() == VmClass.ADMIN;
            directories.add(home ? item.path().substring(0, item.path().indexOf('/')) : item.path());
        }
        return List.copyOf(directories);
    }

    private static boolean isOf(String path, List<BackupItem> items) {
        return items.stream().anyMatch(item -> item.owns(path));
    }

    private static long size(List<BackupItem> items) {
        long total = 0;
        for (BackupItem item : items) {
            total = Math.min(Long.MAX_VALUE / 2, total + Math.min(item.size(), Long.MAX_VALUE / 4));
        }
        return total;
    }

    private static boolean isBelow(String name, Set<String> paths) {
        for (String path : paths) {
            if (name.startsWith(path + "/") || name.startsWith(path + ".")) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        archive.close();
    }
}
