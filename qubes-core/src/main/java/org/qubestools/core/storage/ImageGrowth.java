package org.qubestools.core.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.SafeText;

/** Lengthens images of VMs; what is added is a hole. Nothing is ever shortened. */
public final class ImageGrowth {
    private ImageGrowth() {}

    /**
     * Bytes of an image as it is.
     *
     * @param shown its path as users know it
     * @throws QubesException FAILED if it is not there; INVALID_VALUE if it has more than {@code size} bytes
     */
    public static long check(Path file, String shown, long size) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new QubesException(
                        ErrorKind.FAILED, SafeText.of(shown) + ": there is no such image", "restore it from a backup");
            }
            long now = Files.size(file);
            if (size < now) {
                throw new QubesException(
                        ErrorKind.INVALID_VALUE,
                        SafeText.of(shown) + " has " + now + " bytes, and images are never made smaller",
                        "give a larger size");
            }
            return now;
        } catch (IOException e) {
            throw failed(shown, e);
        }
    }

    /** Makes an image that was {@linkplain #check checked} this long, durably; FAILED if that fails. */
    public static void grow(FileLayer layer, Path file, String shown, long size) {
        try {
            layer.setLength(file, size);
            layer.sync(file);
        } catch (IOException e) {
            throw failed(shown, e);
        }
    }

    private static QubesException failed(String shown, IOException e) {
        return new QubesException(ErrorKind.FAILED, SafeText.of(shown) + ": " + IoReason.of(e), IoReason.advice(e), e);
    }
}
