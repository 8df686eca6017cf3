package org.qubestools.core.edit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.FileNames;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.VmFiles;
import org.qubestools.core.storage.PlannedTree;

/** What stands in the directory tree below the root: kernels, flags, files of VMs. */
public final class HostTree {
    private static final String KERNELS = "/var/lib/qubes/vm-kernels";

    private final RealPaths paths;
    private final PlannedTree planned;

    /**
     * The tree that {@code paths} leads into, as it is.
     *
     * @param paths where a fixed path really is
     */
    public HostTree(RealPaths paths) {
        this(paths, new PlannedTree());
    }

    /** The tree as it is after what is planned. */
    public HostTree(RealPaths paths, PlannedTree planned) {
        this.paths = paths;
        this.planned = planned;
    }

    /** The same tree as it is after what is planned there. */
    HostTree after(PlannedTree changes) {
        return new HostTree(paths, changes);
    }

    public Path real(String fixedPath) {
        return paths.real(fixedPath);
    }

    public boolean exists(String fixedPath) {
        return planned.exists(real(fixedPath));
    }

    /** Why this kernel cannot be used; null if it can. R2 and R3.0 kernels have modules.img instead of initramfs. */
    public @Nullable String problemWithKernel(String name) {
        String directory = VmFiles.kernelDirectory(name);
        if (!Files.isDirectory(real(directory))) {
            return "there is no directory " + directory;
        }
        if (!exists(directory + "/vmlinuz")) {
            return directory + " lacks vmlinuz";
        }
        return exists(directory + "/initramfs") || exists(directory + "/modules.img")
                ? null
                : directory + " lacks initramfs";
    }

    /** Names separated by comma and blank; empty if there are none. */
    String installedKernels() {
        Path directory = real(KERNELS);
        if (!Files.isDirectory(directory)) {
            return "";
        }
        List<String> names = new ArrayList<>();
        try {
            for (String name : FileNames.in(directory)) {
                names.add(SafeText.of(name));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": " + e.getMessage(), e);
        }
        Collections.sort(names);
        return String.join(", ", names);
    }
}
