package org.qubestools.core.vmm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.SafeText;

/** The files of the host as they are. */
public final class RealHostFiles implements HostFiles {
    private static final int FILE_TYPE = 0170000;
    private static final int BLOCK_DEVICE = 0060000;

    private final RealPaths paths;

    public RealHostFiles(RealPaths paths) {
        this.paths = paths;
    }

    private Path real(String fixedPath) {
        try {
            return paths.real(fixedPath);
        } catch (InvalidPathException e) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "no file can have the path " + SafeText.of(fixedPath) + " in this locale",
                    "set LC_ALL=C.UTF-8, or rename it",
                    e);
        }
    }

    @Override
    public String realPath(String fixedPath) {
        return real(fixedPath).toString();
    }

    @Override
    public boolean exists(String fixedPath) {
        return Files.exists(real(fixedPath));
    }

    @Override
    public boolean isDirectory(String fixedPath) {
        return Files.isDirectory(real(fixedPath));
    }

    @Override
    public boolean isBlockDevice(String fixedPath) {
        try {
            return (mode(real(fixedPath)) & FILE_TYPE) == BLOCK_DEVICE;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "cannot look at " + SafeText.of(fixedPath) + ": " + IoReason.of(e),
                    IoReason.advice(e),
                    e);
        }
    }

    private static int mode(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:mode");
    }
}
