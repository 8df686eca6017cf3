package org.qubestools.backup.create;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.TempName;

/** A file, written under another name and renamed when it is complete; a device or pipe is written as it is. */
public final class FileTarget implements BackupTarget {
    private static final Pattern DATED = Pattern.compile("qubes-\\d{4}-\\d{2}-\\d{2}T\\d{6}\\.");

    private Path file;
    private final Path written;
    private final boolean replaces;
    private final FileLayer layer;
    private final FileChannel channel;
    private boolean finished;
    private boolean closed;

    private FileTarget(Path file, Path written, boolean replaces, FileLayer layer, FileChannel channel) {
        this.file = file;
        this.written = written;
        this.replaces = replaces;
        this.layer = layer;
        this.channel = channel;
    }

    /** Creates the file, which only its owner may read; complete, it replaces one of its name. */
    public static FileTarget create(Path file, FileLayer layer) {
        return create(file, true, layer);
    }

    /**
     * As {@link #create}, but nothing is ever replaced: if there is a file of this name when this one is complete, this
     * one gets a number behind its name.
     */
    public static FileTarget createNew(Path file, FileLayer layer) {
        return create(file, false, layer);
    }

    private static FileTarget create(Path file, boolean replaces, FileLayer layer) {
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                return new FileTarget(file, file, true, layer, FileChannel.open(file, StandardOpenOption.WRITE));
            }
            Path written = TempName.beside(file.toAbsolutePath());
            return new FileTarget(file, written, replaces, layer, layer.createFile(written));
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /** What runs that were killed left beside {@code file}, or what others write there now. */
    public static List<Path> unfinished(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        List<Path> found = new ArrayList<>();
        if (parent == null) {
            return found;
        }
        try (DirectoryStream<Path> names = Files.newDirectoryStream(parent)) {
            for (Path path : names) {
                String name = String.valueOf(path.getFileName());
                int mark = TempName.markIn(name);
                boolean ours = mark >= 0
                        && (DATED.matcher(name).lookingAt()
                                || name.substring(0, mark).equals(String.valueOf(file.getFileName())));
                if (ours) {
                    found.add(path);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return List.of(); // whatever is wrong there, writing will tell
        }
        return found;
    }

    private static boolean isBlockDevice(Path file) throws IOException {
        int mode = (Integer) Files.getAttribute(file, "unix:mode");
        return (mode & 0170000) == 0060000;
    }

    private static QubesException failed(Path file, IOException e) {
        return new QubesException(
                ErrorKind.FAILED,
                "cannot write " + SafeText.of(file.toString()) + ": " + IoReason.of(e),
                IoReason.advice(e),
                e);
    }

    @Override
    public OutputStream stream() {
        OutputStream out = Channels.newOutputStream(channel);
        return written.equals(file) ? out : new SteadyStream(out, () -> channel.force(false));
    }

    @Override
    public void finish() {
        try {
            if (written.equals(file)) {
                if (isBlockDevice(file)) {
                    channel.force(true);
                }
                channel.close();
            } else {
                channel.force(true);
                channel.close();
                rename();
                Path parent = file.toAbsolutePath().getParent();
                if (parent != null) {
                    layer.sync(parent);
                }
            }
            finished = true;
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private void rename() throws IOException {
        Path wanted = file.toAbsolutePath();
        if (replaces) {
            layer.rename(written, wanted);
            return;
        }
        Path name = wanted;
        int number = 2;
        while (!isPlaced(name)) {
            name = wanted.resolveSibling(wanted.getFileName() + "-" + number);
            number++;
        }
        file = name;
    }

    /** Gives what was written this name; false if another file has it. */
    private boolean isPlaced(Path name) throws IOException {
        try {
            layer.hardLink(written, name);
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException | UnsupportedOperationException e) {
            return isMoved(name); // a file system without links
        }
        layer.delete(written);
        return true;
    }

    /** The same by an empty file that takes the name and is replaced at once. */
    private boolean isMoved(Path name) throws IOException {
        try {
            layer.createFile(name).close();
        } catch (FileAlreadyExistsException e) {
            return false;
        }
        boolean moved = false;
        try {
            layer.rename(written, name);
            moved = true;
        } finally {
            if (!moved) {
                Files.deleteIfExists(name);
            }
        }
        return true;
    }

    /** Its name; after {@link #finish} the one it got. */
    public Path file() {
        return file;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            channel.close();
            if (!finished && !written.equals(file)) {
                Files.deleteIfExists(written);
            }
        } catch (IOException e) {
            throw failed(written, e);
        }
    }

    @Override
    public String shown() {
        return SafeText.of(file.toString());
    }
}
