package org.qubestools.core.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.qubestools.core.io.FileLayer;

/**
 * Puts off the syncs of directories until the end, see {@link #putOff}, so that a directory in which many names change is synced once.
 * Only for steps of which any part may survive a power failure: each is undone by itself, whether it was done or not.
 */
final class GroupedSyncs implements FileLayer {
    private final FileLayer layer;
    private final Set<Path> pending = new LinkedHashSet<>();

    GroupedSyncs(FileLayer layer) {
        this.layer = layer;
    }

    /** The directories that have to be synced to make durable whatever was done through this. */
    List<Path> putOff() {
        return List.copyOf(pending);
    }

    /** Puts the sync of a directory off. */
    @Override
    public void sync(Path path) {
        pending.add(path);
    }

    /** A directory that gets another name is synced under the old one first. */
    @Override
    public void rename(Path from, Path to) throws IOException {
        for (Path directory : List.copyOf(pending)) {
            if (directory.startsWith(from)) {
                pending.remove(directory);
                layer.sync(directory);
            }
        }
        layer.rename(from, to);
    }

    @Override
    public FileChannel createFile(Path file) throws IOException {
        return layer.createFile(file);
    }

    @Override
    public void write(FileChannel file, byte[] content) throws IOException {
        layer.write(file, content);
    }

    @Override
    public void setLength(Path file, long length) throws IOException {
        layer.setLength(file, length);
    }

    @Override
    public void copyFile(Path from, Path to) throws IOException {
        layer.copyFile(from, to);
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        layer.createDirectory(directory);
    }

    @Override
    public void createSymlink(Path link, byte[] target) throws IOException {
        layer.createSymlink(link, target);
    }

    @Override
    public void hardLink(Path existing, Path link) throws IOException {
        layer.hardLink(existing, link);
    }

    @Override
    public void setMode(Path path, int mode) throws IOException {
        layer.setMode(path, mode);
    }

    @Override
    public void setOwner(Path path, int uid) throws IOException {
        layer.setOwner(path, uid);
    }

    @Override
    public void setGroup(Path path, int gid) throws IOException {
        layer.setGroup(path, gid);
    }

    @Override
    public void delete(Path path) throws IOException {
        layer.delete(path);
    }
}
