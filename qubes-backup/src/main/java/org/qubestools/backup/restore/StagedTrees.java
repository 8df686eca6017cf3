package org.qubestools.backup.restore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.ByteName;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.format.ArchiveHandler;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.backup.unpack.TreeWriter;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.UnixStat;

/** The unpacked directories of VMs, each in a staging area. */
final class StagedTrees implements Unpacked {
    private static final String TOP = "tree";
    private static final int READABLE = 0400;

    private final FileLayer layer;
    private final Map<BackupItem, Tree> trees = new HashMap<>();

    private record Tree(Path place, TreeWriter writer) {}

    StagedTrees(FileLayer layer) {
        this.layer = layer;
    }

    /** Prepares the place of a VM; all must have theirs before data come. */
    void add(BackupItem item, StagingArea area) {
        Path place = area.directory().resolve(String.valueOf(trees.size()));
        doing("make " + place, () -> layer.createDirectory(place));
        trees.put(item, new Tree(place, new TreeWriter(place, layer)));
    }

    private Tree tree(BackupItem item) {
        Tree tree = trees.get(item);
        if (tree == null) {
            throw new IllegalStateException("nobody asked for " + item.shownName());
        }
        return tree;
    }

    private static ByteName below(ByteName path) {
        ByteName top = ByteName.of(TOP);
        return path.length() == 0 ? top : top.child(path);
    }

    /** The directory of a VM after the data pass. */
    Path directory(BackupItem item) {
        return tree(item).place().resolve(TOP);
    }

    @Override
    public void file(BackupItem item, ByteName path, TarEntry entry, int mode, ArchiveHandler.Content content)
            throws IOException {
        tree(item).writer().file(below(path), entry, mode, content);
    }

    @Override
    public void directory(BackupItem item, ByteName path, int mode, long mtime) throws IOException {
        tree(item).writer().directory(below(path), mode, mtime);
    }

    @Override
    public boolean symlink(BackupItem item, ByteName path, ByteName target, long mtime) throws IOException {
        return tree(item).writer().symlink(below(path), target, mtime);
    }

    @Override
    public void hardLink(BackupItem item, ByteName path, ByteName existing) throws IOException {
        tree(item).writer().hardLink(below(path), below(existing));
    }

    @Override
    public void settle(BackupItem item) {
        tree(item).writer().settle();
    }

    @Override
    public void drop(BackupItem item) {
        Tree tree = tree(item);
        doing("remove " + tree.place(), () -> Remains.delete(layer, tree.place()));
    }

    /**
     * Everything of this VM is there: makes it durable, then sets modes and times of directories.
     *
     * @param usualModes the modes that a new VM's files get, whatever the archive says
     */
    void finish(BackupItem item, boolean usualModes) {
        Path directory = directory(item);
        doing("sync " + directory, () -> sync(directory));
        tree(item).writer().finish();
        if (usualModes) {
            doing("set the modes in " + directory, () -> freshDirectories(directory));
        }
    }

    private void sync(Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            for (Path entry : Remains.entries(path)) {
                sync(entry);
            }
            layer.sync(path);
        } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            int mode = UnixStat.mode(path);
            boolean closed = (mode & READABLE) == 0;
            if (closed) {
                layer.setMode(path, FileLayer.NEW_FILE_MODE);
            }
            layer.sync(path);
            if (closed) {
                layer.setMode(path, mode);
            }
        }
    }

    private void freshDirectories(Path directory) throws IOException {
        for (Path entry : Remains.entries(directory)) {
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                freshDirectories(entry);
            }
        }
        layer.setMode(directory, FileLayer.NEW_DIRECTORY_MODE);
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void doing(String what, Work work) {
        try {
            work.run();
        } catch (IOException e) {
            @Nullable String advice = IoReason.advice(e);
            throw new QubesException(ErrorKind.FAILED, "cannot " + what + ": " + IoReason.of(e), advice, e);
        }
    }
}
