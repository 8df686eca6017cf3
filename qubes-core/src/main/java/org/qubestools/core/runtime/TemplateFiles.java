package org.qubestools.core.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmFiles;

/**
 * The files of a template's root disk, for who works on them while nobody uses them.
 *
 * @param root the image
 * @param changes what its blocks were before they were written to since the last commit
 * @param old the same from one commit to the next
 */
record TemplateFiles(Path root, Path changes, Path old) {
    private static final byte[] MAGIC = {'S', 'n', 'A', 'p'};
    private static final int ENTRY = 16;
    private static final int CHUNK_AT = 12;
    private static final int SECTOR = 512;

    /** INVALID_VALUE for what is no template: it has no {@code what}. */
    static TemplateFiles of(RunningSystem system, QubesVm vm, String what) {
        VmFiles files = system.view(vm).files();
        String image = files.rootImage();
        String cow = files.rootCowImage();
        if (vm.vmClass() != VmClass.TEMPLATE || image == null || cow == null) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE, "VM '" + vm.name() + "' is no template with " + what, "name a TemplateVM");
        }
        Path changes = system.real(cow);
        return new TemplateFiles(system.real(image), changes, changes.resolveSibling(changes.getFileName() + ".old"));
    }

    /** WRONG_STATE while the template runs, IN_USE while a VM does that is based on it. */
    static void requireHalted(RunningSystem system, QubesVm template) {
        if (system.isRunning(template)) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE, "VM '" + template.name() + "' is running", "shut it down first");
        }
        for (QubesVm based : system.vms().basedOn(template)) {
            if (system.isRunning(based)) {
                throw new QubesException(
                        ErrorKind.IN_USE,
                        "VM '" + based.name() + "', which is based on it, is running",
                        "shut it down first");
            }
        }
    }

    /** Whether the device-mapper has, or had, a device of this file, in which it notes changes. */
    static boolean isExceptionStore(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /**
     * Whether the device-mapper has noted blocks in this file. It gives it a heading as soon as it has a device of it: magic,
     * validity, version and size of a chunk in sectors; what is noted begins with the next chunk, and an entry of zeros ends
     * it. What cannot be read so counts as noted.
     */
    static boolean holdsChanges(Path file) {
        if (!isExceptionStore(file)) {
            return false;
        }
        try (FileChannel in = FileChannel.open(file)) {
            long chunk = Integer.toUnsignedLong(read(in, 0).getInt(CHUNK_AT)) * SECTOR;
            ByteBuffer first = read(in, chunk);
            return chunk == 0 || first.hasRemaining() || first.getLong(0) != 0 || first.getLong(ENTRY / 2) != 0;
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /** As much of an entry as there is; the rest is zero, and remains in the buffer. */
    private static ByteBuffer read(FileChannel in, long position) throws IOException {
        ByteBuffer entry = ByteBuffer.allocate(ENTRY).order(ByteOrder.LITTLE_ENDIAN);
        int count;
        do {
            count = in.read(entry, position + entry.position());
        } while (count > 0 && entry.hasRemaining());
        return entry;
    }

    static QubesException failed(Path file, IOException e) {
        return new QubesException(ErrorKind.FAILED, file + ": " + IoReason.of(e), IoReason.advice(e), e);
    }
}
