package org.qubestools.backup.unpack;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.EntryType;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.format.ArchiveHandler;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.backup.format.ItemProblem;
import org.qubestools.core.model.VmClass;

/**
 * Puts every wanted entry of a backup at its path below one directory, as archived: links with their targets, times,
 * permission bits. An inner archive that turns out unsound leaves nothing behind.
 */
public final class Extractor implements ArchiveHandler {
    private static final int PERMISSIONS = 0777;
    private static final int ALL_BITS = 07777;

    private final TreeWriter tree;
    private final Predicate<ByteName> wanted;
    private final SizeLimit limit;
    private final List<String> leftOut = new ArrayList<>();
    private long files;

    /** Extracts the entries whose path {@code wanted} accepts, as long as {@code limit} allows. */
    public Extractor(TreeWriter tree, Predicate<ByteName> wanted, SizeLimit limit) {
        this.tree = tree;
        this.wanted = wanted;
        this.limit = limit;
    }

    /** What could not be made because of its kind or by this process, one line each. */
    public List<String> leftOut() {
        return List.copyOf(leftOut);
    }

    /** Number of entries made. */
    public long files() {
        return files;
    }

    @Override
    public void begin(BackupItem item, String archive) {
        limit.archive();
    }

    @Override
    public void progress(long bytes) {
        limit.data(bytes);
    }

    @Override
    public void entry(BackupItem item, String archive, TarEntry entry, Content content) throws IOException {
        ByteName path = entry.path();
        if (!wanted.test(path)) {
            return;
        }
        boolean isHome = item.vm().vmClass() == VmClass.ADMIN;
        int mode = entry.mode() & (isHome ? ALL_BITS : PERMISSIONS);
        switch (entry.type()) {
            case FILE -> tree.file(path, entry, mode, content);
            case DIRECTORY -> tree.directory(path, mode, entry.mtime());
            case SYMLINK -> {
                if (!tree.symlink(path, entry.target(), entry.mtime())) {
                    leftOut.add("doubled or final slashes in the target of the link '" + path
                            + "' were left out: JNA does not work here");
                }
            }
            case HARDLINK -> tree.hardLink(path, entry.target());
            case PIPE, CHARACTER_DEVICE, BLOCK_DEVICE -> {
                leftOut.add("'" + path + "' is " + kind(entry.type()) + " and was left out");
                return;
            }
        }
        files++;
    }

    private static String kind(EntryType type) {
        return type == EntryType.PIPE ? "a named pipe" : "a device";
    }

    @Override
    public void done(BackupItem item, String archive) {
        tree.settle();
    }

    @Override
    public void failed(ItemProblem problem) {
        tree.takeBack();
    }
}
