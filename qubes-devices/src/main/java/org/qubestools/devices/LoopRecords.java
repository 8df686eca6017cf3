package org.qubestools.devices;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.AtomicFile;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.FileNames;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.LockFile;
import org.qubestools.core.io.Ownership;

/**
 * The records of loop devices that the toolkit made, one file for each, durable. Not for several threads.
 *
 * <p>Whoever makes, attaches or clears one does it under the lock of the folder, so that nobody clears what another is
 * about to attach; the kernel ends the lock of a process that ends.
 */
final class LoopRecords {
    /** The folder, as users know it. */
    static final String FOLDER = "/var/run/qubes/loop-devices";

    private static final String LOCK = ".lock";
    /** Files in it get its group. */
    private static final int FOLDER_MODE = 02770;

    private static final int FILE_MODE = 0660;
    /** A path of the kernel is 4096 bytes at most; each may be an escape of six. */
    private static final int MAX_BYTES = 64 * 1024;

    private final Path folder;
    private final FileLayer layer;
    private int locks;

    /** {@code folder}: {@link #FOLDER} as it really is; made when it is needed. */
    LoopRecords(Path folder, FileLayer layer) {
        this.folder = folder;
        this.layer = layer;
    }

    /**
     * What is in the folder.
     *
     * @param records in natural order of their devices
     * @param strange names of files that are no records
     */
    record Content(List<LoopRecord> records, List<String> strange) {
        Content {
            records = List.copyOf(records);
            strange = List.copyOf(strange);
        }
    }

    /** Does something under the lock, which it waits for; within another such piece of work at once. */
    <T> T locked(Supplier<T> work) {
        if (locks > 0) {
            return work.get();
        }
        try (FileChannel lock = openLock()) {
            lock.lock();
            locks++;
            try {
                return work.get();
            } finally {
                locks--;
            }
        } catch (IOException e) {
            throw failed("lock the records of loop devices", e);
        }
    }

    private FileChannel openLock() throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
            layer.setMode(folder, FOLDER_MODE);
        }
        return LockFile.open(folder.resolve(LOCK));
    }

    /** Whether there is anything that could be looked at; costs nothing where no loop device was ever made. */
    boolean isEmpty() {
        return names().isEmpty();
    }

    Content all() {
        List<LoopRecord> records = new ArrayList<>();
        List<String> strange = new ArrayList<>();
        for (String name : names()) {
            Optional<LoopRecord> record = find(name);
            if (record.isPresent()) {
                records.add(record.get());
            } else if (Files.exists(folder.resolve(name))) {
                strange.add(name);
            }
        }
        return new Content(records, strange);
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        try {
            for (String name : FileNames.in(folder)) {
                if (!name.startsWith(".")) {
                    names.add(name);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            throw failed("read the records of loop devices", e);
        }
        names.sort(NaturalOrder.INSTANCE);
        return names;
    }

    /** The record of a device; empty if there is none that can be read. */
    Optional<LoopRecord> find(String loop) {
        if (LoopTools.loopOf(loop).filter(loop::equals).isEmpty()) {
            return Optional.empty();
        }
        Path file = folder.resolve(loop);
        try {
            boolean small = Files.isRegularFile(file) && Files.size(file) <= MAX_BYTES;
            return small
                    ? LoopRecord.parse(loop, new String(Files.readAllBytes(file), StandardCharsets.US_ASCII))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failed("read the record of " + loop, e);
        }
    }

    void write(LoopRecord record) {
        byte[] text = record.text().getBytes(StandardCharsets.US_ASCII);
        try {
            AtomicFile.replace(layer, folder.resolve(record.loop()), text, FILE_MODE, Ownership.leftAlone());
        } catch (IOException e) {
            throw failed("write the record of " + record.loop(), e);
        }
    }

    void remove(LoopRecord record) {
        Path file = folder.resolve(record.loop());
        try {
            layer.delete(file);
            AtomicFile.syncDirectoryOf(layer, file);
        } catch (NoSuchFileException e) {
            return; // as it is to be
        } catch (IOException e) {
            throw failed("remove the record of " + record.loop(), e);
        }
    }

    private static QubesException failed(String what, IOException e) {
        return new QubesException(
                ErrorKind.FAILED,
                "cannot " + what + " in " + FOLDER + ": " + IoReason.of(e),
                "see who may write there",
                e);
    }
}
