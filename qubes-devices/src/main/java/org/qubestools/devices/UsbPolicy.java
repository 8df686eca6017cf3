package org.qubestools.devices;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.AtomicFile;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.LockFile;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.UnixStat;

/**
 * The permission by which a VM may ask another one for a USB device: a first line in the policy of the service
 * {@code qubes.USB+DEVICE}, there for as long as the device is being attached.
 *
 * <p>Each change is made under a lock and by a rename, so that qrexec never reads half a file and two programs lose
 * nothing of each other.
 */
final class UsbPolicy {
    private static final String LOCK = ".qubes.USB.lock";
    private static final int MODE = 0664;

    private final Path folder;
    private final FileLayer layer;

    /** {@code folder}: {@code /etc/qubes-rpc/policy}, as it really is. */
    UsbPolicy(Path folder, FileLayer layer) {
        this.folder = folder;
        this.layer = layer;
    }

    /** A permission that is given; closing it takes it back, once. */
    final class Permission implements AutoCloseable {
        private final Path file;
        private final String line;
        private boolean closed;

        private Permission(Path file, String line) {
            this.file = file;
            this.line = line;
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            locked(file, made -> takeOut(file, line, made));
        }
    }

    /** Lets {@code target} ask {@code backend} for the device; the caller closes it. */
    Permission allow(String target, String backend, String port) {
        Path file = folder.resolve("qubes.USB+" + port);
        String line = target + " " + backend + " allow\n";
        locked(file, made -> {
            String before = content(file);
            if (before == null) {
                made.add(file);
            }
            write(file, before == null ? line : line + before);
        });
        return new Permission(file, line);
    }

    private void takeOut(Path file, String line, MadeFiles made) throws IOException {
        String now = content(file);
        if (now == null) {
            return;
        }
        int at = now.startsWith(line) ? 0 : now.indexOf("\n" + line) + 1;
        if (at == 0 && !now.startsWith(line)) {
            return; // somebody else took it out
        }
        String rest = now.substring(0, at) + now.substring(at + line.length());
        if (rest.isEmpty() && made.remove(file)) {
            Files.delete(file);
            AtomicFile.syncDirectoryOf(layer, file);
        } else {
            write(file, rest);
        }
    }

    private static @Nullable String content(Path file) throws IOException {
        try {
            // One character for each byte: what others wrote stays as it is.
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private void write(Path file, String text) throws IOException {
        int mode = Files.exists(file) ? UnixStat.mode(file) : MODE;
        AtomicFile.replace(layer, file, text.getBytes(StandardCharsets.ISO_8859_1), mode, Ownership.leftAlone());
    }

    private interface Change {
        void run(MadeFiles made) throws IOException;
    }

    /**
     * The names of the policies that were made here and are there still, in the file of the lock, a line each: of several
     * programs that gave permissions in one the last deletes it, whoever made it. For who holds the lock.
     */
    private static final class MadeFiles {
        private static final int LIMIT = 1 << 20;

        private final FileChannel lock;
        private final Set<String> names;

        MadeFiles(FileChannel lock) throws IOException {
            this.lock = lock;
            ByteBuffer text = ByteBuffer.allocate((int) Math.min(lock.size(), LIMIT));
            while (text.hasRemaining() && lock.read(text, text.position()) >= 0) {
                // One call usually reads all.
            }
            String lines = new String(text.array(), 0, text.position(), StandardCharsets.ISO_8859_1);
            this.names = new LinkedHashSet<>(List.of(lines.split("\n")));
            names.remove("");
        }

        void add(Path file) throws IOException {
            if (names.add(name(file))) {
                save();
            }
        }

        boolean remove(Path file) throws IOException {
            boolean known = names.remove(name(file));
            if (known) {
                save();
            }
            return known;
        }

        private static String name(Path file) {
            return file.getFileName().toString();
        }

        private void save() throws IOException {
            StringBuilder lines = new StringBuilder();
            for (String name : names) {
                lines.append(name).append('\n');
            }
            ByteBuffer text = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.ISO_8859_1));
            lock.truncate(0);
            while (text.hasRemaining()) {
                lock.write(text, text.position());
            }
        }
    }

    private void locked(Path file, Change change) {
        try (FileChannel lock = LockFile.open(folder.resolve(LOCK))) {
            lock.lock();
            change.run(new MadeFiles(lock));
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "cannot change the policy " + SafeText.of(UsbDevices.POLICY + "/" + file.getFileName()) + ": "
                            + SafeText.of(String.valueOf(IoReason.of(e)).replace(folder.toString(), UsbDevices.POLICY)),
                    IoReason.advice(e),
                    e);
        }
    }
}
