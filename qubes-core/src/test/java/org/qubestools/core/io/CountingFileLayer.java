package org.qubestools.core.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The real file layer, with a look at each operation before it happens. */
public abstract class CountingFileLayer implements FileLayer {
    private final FileLayer real = FileLayer.system();
    private final List<String> operations = new ArrayList<>();
    private boolean linkless;

    /** Counts only. */
    public static CountingFileLayer counting() {
        return new CountingFileLayer() {
            @Override
            protected void before(int number, String operation) {}
        };
    }

    /** Called before operation {@code number}, from 0; whatever it throws is what the operation throws. */
    protected abstract void before(int number, String operation) throws IOException;

    /** What was begun so far, one line each. */
    public List<String> operations() {
        return List.copyOf(operations);
    }

    /** From now on as on a file system that has no hard links. */
    public void refuseLinks() {
        linkless = true;
    }

    private void count(String operation) throws IOException {
        operations.add(operation);
        before(operations.size() - 1, operation);
    }

    @Override
    public FileChannel createFile(Path file) throws IOException {
        count("create " + file);
        return real.createFile(file);
    }

    @Override
    public void write(FileChannel file, byte[] content) throws IOException {
        count("write " + content.length + " bytes");
        real.write(file, content);
    }

    @Override
    public void setLength(Path file, long length) throws IOException {
        count("set length of " + file);
        real.setLength(file, length);
    }

    @Override
    public void copyFile(Path from, Path to) throws IOException {
        count("copy " + from + " to " + to);
        real.copyFile(from, to);
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        count("create directory " + directory);
        real.createDirectory(directory);
    }

    @Override
    public void createSymlink(Path link, byte[] target) throws IOException {
        count("create symlink " + link);
        real.createSymlink(link, target);
    }

    @Override
    public void hardLink(Path existing, Path link) throws IOException {
        count("link " + existing + " as " + link);
        if (linkless) {
            throw new FileSystemException(link.toString(), null, "Operation not permitted");
        }
        real.hardLink(existing, link);
    }

    @Override
    public void setMode(Path path, int mode) throws IOException {
        count("set mode of " + path);
        real.setMode(path, mode);
    }

    @Override
    public void setOwner(Path path, int uid) throws IOException {
        count("set owner of " + path);
        real.setOwner(path, uid);
    }

    @Override
    public void setGroup(Path path, int gid) throws IOException {
        count("set group of " + path);
        real.setGroup(path, gid);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        count("rename " + from + " to " + to);
        real.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        count("delete " + path);
        real.delete(path);
    }

    @Override
    public void sync(Path path) throws IOException {
        count("sync " + path);
        real.sync(path);
    }
}
