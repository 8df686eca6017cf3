package org.qubestools.cli.listing;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.listing.VmField.Column;
import org.qubestools.cli.output.SizeText;
import org.qubestools.core.QubesConfig;
import org.qubestools.core.io.DiskUsage;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmView;

/** Sizes of images and directories, measured for all VMs of a listing in two calls. */
public final class DiskFigures {
    private final Map<Path, DiskUsage> files;
    private final Map<Path, Long> directories;
    private final RealPaths paths;

    private DiskFigures(Map<Path, DiskUsage> files, Map<Path, Long> directories, RealPaths paths) {
        this.files = files;
        this.directories = directories;
        this.paths = paths;
    }

    /** No measures; for listings without a column of sizes. */
    public static DiskFigures none() {
        return new DiskFigures(Map.of(), Map.of(), QubesConfig.of(Map.of(), Map.of()));
    }

    /** Measures what the columns of {@code fields} need. */
    public static DiskFigures measure(List<VmView> views, List<? extends VmField> fields, RealPaths paths) {
        Set<Path> images = new LinkedHashSet<>();
        Set<Path> directories = new LinkedHashSet<>();
        for (VmView view : views) {
            add(images, view.files().privateImage(), paths);
            add(images, view.files().rootImage(), paths);
            if (fields.contains(Column.DISK)) {
                add(directories, view.files().directory(), paths);
            }
        }
        return new DiskFigures(
                DiskUsage.ofFiles(List.copyOf(images)), DiskUsage.ofTrees(List.copyOf(directories)), paths);
    }

    private static void add(Set<Path> found, @Nullable String path, RealPaths paths) {
        if (path != null) {
            found.add(paths.real(path));
        }
    }

    String cell(Column column, VmView view) {
        return switch (column) {
            case DISK -> SizeText.megabytes(tree(view.files().directory()));
            case PRIV_CURR, PRIV_MAX, PRIV_UTIL -> image(column, view.files().privateImage());
            default -> image(column, view.files().rootImage());
        };
    }

    private long tree(@Nullable String path) {
        return path == null ? 0 : directories.getOrDefault(paths.real(path), 0L);
    }

    private String image(Column column, @Nullable String path) {
        DiskUsage size = path == null ? null : files.get(paths.real(path));
        long allocated = size == null ? 0 : size.allocated();
        long length = size == null ? 0 : size.length();
        return switch (column) {
            case PRIV_CURR, ROOT_CURR -> SizeText.megabytes(allocated);
            case PRIV_UTIL, ROOT_UTIL -> length == 0 ? "-" : allocated * 100 / length + "%";
            default -> SizeText.megabytes(length);
        };
    }

    /** Of each VM with an image that is not there the path of the first. */
    public Map<String, String> missing(List<VmView> views) {
        Map<String, String> missing = new LinkedHashMap<>();
        for (VmView view : views) {
            boolean ownImages =
                    view.vm().vmClass() != VmClass.DISPOSABLE && view.vm().vmClass() != VmClass.ADMIN;
            String path = ownImages ? view.files().privateImage() : null;
            if (path != null && isThere(path)) {
                path = view.files().rootImage();
            }
            if (path != null && !isThere(path)) {
                missing.put(view.vm().name(), path);
            }
        }
        return missing;
    }

    private boolean isThere(String path) {
        return files.containsKey(paths.real(path));
    }
}
