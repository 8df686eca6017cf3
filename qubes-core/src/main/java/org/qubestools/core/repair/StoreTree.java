package org.qubestools.core.repair;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.VmClass;

/** Where directories of VMs are, by their fixed paths. */
final class StoreTree {
    private final RealPaths paths;
    private final Pools pools;

    StoreTree(RealPaths paths, Pools pools) {
        this.paths = paths;
        this.pools = pools;
    }

    Path real(String fixedPath) {
        return paths.real(fixedPath);
    }

    /** True if something has this name, if only a link that leads nowhere. */
    boolean exists(String fixedPath) {
        return Files.exists(real(fixedPath), LinkOption.NOFOLLOW_LINKS);
    }

    boolean isDirectory(String fixedPath) {
        return Files.isDirectory(real(fixedPath));
    }

    /** The pools' directories, that of the default pool first. */
    Set<String> poolDirectories() {
        Set<String> directories = new LinkedHashSet<>();
        for (String pool : pools.names()) {
            String directory = pools.directory(pool);
            if (directory != null) {
                directories.add(directory);
            }
        }
        return directories;
    }

    /** The directories that hold those of VMs, whether they exist or not. */
    Set<String> homes() {
        Set<String> homes = new LinkedHashSet<>();
        for (String pool : poolDirectories()) {
            for (VmClass vmClass : List.of(VmClass.APP, VmClass.TEMPLATE, VmClass.NET)) {
                homes.add(pool + "/" + vmClass.subdirectory());
            }
        }
        return homes;
    }

    /** Names in a directory, sorted; none if it is not there. */
    List<Path> entries(String fixedPath) {
        Path directory = real(fixedPath);
        List<Path> entries = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return entries;
        }
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
            for (Path entry : found) {
                entries.add(entry);
            }
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "cannot look into " + SafeText.of(fixedPath) + ": " + IoReason.of(e),
                    IoReason.advice(e),
                    e);
        }
        entries.sort(null);
        return entries;
    }
}
