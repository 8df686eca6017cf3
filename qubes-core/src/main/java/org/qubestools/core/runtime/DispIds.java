package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.AtomicFile;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.model.VmCollection;

/**
 * The numbers of DisposableVMs: a file holds the next one, for all programs of this host and until its next boot. Whoever
 * takes a number holds the exclusive lock of the store.
 */
public final class DispIds {
    private static final String RUN_DIR = "/var/run/qubes";
    private static final String FILE = RUN_DIR + "/dispid";
    private static final int MODE = 0664;
    private static final long LARGEST = Integer.MAX_VALUE;

    private final RealPaths paths;
    private final FileLayer layer;
    private final Ownership ownership;

    /** {@code ownership}: the group of the file. */
    public DispIds(RealPaths paths, FileLayer layer, Ownership ownership) {
        this.paths = paths;
        this.layer = layer;
        this.ownership = ownership;
    }

    /** The name of the DisposableVM with this number. */
    public static String name(long dispid) {
        return "disp" + dispid;
    }

    /**
     * Takes the next number whose name no VM of the store has; nobody gets it again.
     *
     * @throws QubesException FAILED if the file holds no number, or cannot be read or written
     */
    public long take(VmCollection vms) {
        Path file = paths.real(FILE);
        try {
            long dispid = read(file);
            while (vms.hasName(name(dispid))) {
                dispid++;
            }
            Files.createDirectories(paths.real(RUN_DIR));
            byte[] next = (dispid + 1 + "\n").getBytes(StandardCharsets.US_ASCII);
            AtomicFile.replace(layer, file, next, MODE, ownership);
            return dispid;
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "cannot take a number for a DisposableVM: " + IoReason.of(e), null, e);
        }
    }

    private static long read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return 1;
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        if (!text.matches("[0-9]{1,10}") || Long.parseLong(text) >= LARGEST) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    FILE + " holds no number for a DisposableVM",
                    "remove the file: numbers that are in use are passed over");
        }
        return Long.parseLong(text);
    }
}
