package org.qubestools.core.storage;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.VmView;

/** The files without which no VM starts. Its private image is not among them: a missing one is made. */
public final class RequiredFiles {
    private RequiredFiles() {}

    /** FAILED, naming the first file of the VM that is not there: its directory, root image, kernel. */
    public static void verify(VmView view, RealPaths paths) {
        String name = view.vm().name();
        require(view.files().directory(), paths, name, "directory");
        require(view.files().rootImage(), paths, name, "root image");
        if (!view.vm().vmClass().hasKernel()) {
            return;
        }
        String kernels = view.files().kernels(view.facts().kernel());
        require(kernels == null ? null : kernels + "/vmlinuz", paths, name, "kernel");
        require(kernels == null ? null : kernels + "/initramfs", paths, name, "initramfs");
    }

    private static void require(@Nullable String fixedPath, RealPaths paths, String vm, String what) {
        if (fixedPath == null) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "VM '" + SafeText.of(vm) + "' has no " + what + ": its name or its template cannot be used",
                    "'qvm-prefs' shows both");
        }
        Path path = paths.real(fixedPath);
        if (!Files.exists(path)) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "VM '" + vm + "' lacks its " + what + ": " + SafeText.of(fixedPath),
                    "restore it from a backup, or choose another one with qvm-prefs");
        }
    }
}
