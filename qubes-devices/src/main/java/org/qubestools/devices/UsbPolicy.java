package org.qubestools.devices;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.AtomicFile;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.LockFile;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.SafeText;

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
        private final boolean made;
        private boolean closed;

        private Permission(Path file, String line, boolean made) {
            this.file = file;
            this.line = line;
            this.made = made;
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            locked(file, () -> takeOut(file, line, made));
        }
    }

    /** Lets {@code target} ask {@code backend} for the device; the caller closes it. */
    Permission allow(String target, String backend, String port) {
        Path file = folder.resolve("qubes.USB+" + port);
        String line = target + " " + backend + " allow\n";
        boolean[] made = new boolean[1];
        locked(file, () -> {
            String before = content(file);
            made[0] = before == null;
            write(file, before == null ? line : line + before);
        });
        return new Permission(file, line, made[0]);
    }

    private void takeOut(Path file, String line, boolean made) throws IOException {
        String now = content(file);
        if (now == null) {
            return;
        }
        int at = now.startsWith(line) ? 0 : now.indexOf("\n" + line) + 1;
        if (at == 0 && !now.startsWith(line)) {
            return; // somebody else took it out
        }
        String rest = now.substring(0, at) + now.substring(at + line.length());
        if (made && rest.isEmpty()) {
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
        AtomicFile.replace(layer, file, text.getBytes(StandardCharsets.ISO_8859_1), MODE, Ownership.leftAlone());
    }

    private interface Change {
        void run() throws IOException;
    }

    private void locked(Path file, Change change) {
        try (FileChannel lock = LockFile.open(folder.resolve(LOCK))) {
            lock.lock();
            change.run();
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
