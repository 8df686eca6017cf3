package org.qubestools.cli.listing;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.listing.VmField.Column;
import org.qubestools.cli.output.SizeText;
import org.qubestools.core.io.DiskUsage;
import org.qubestools.core.model.VmView;

/** Sizes of images and directories, measured for all VMs of a listing in two calls. */
public final class DiskFigures {
    private final Map<Path, DiskUsage> files;
    private final Map<Path, Long> directories;
    private final Function<String, Path> realPath;

    private DiskFigures(Map<Path, DiskUsage> files, Map<Path, Long> directories, Function<String, Path> realPath) {
        this.files = files;
        this.directories = directories;
        this.realPath = realPath;
    }

    /** No measures; for listings without a column of sizes. */
    public static DiskFigures none() {
        return new DiskFigures(Map.of(), Map.of(), Path::of);
    }

    /** Measures what the columns of {@code fields} need. */
    public static DiskFigures measure(
            List<VmView> views, List<? extends VmField> fields, Function<String, Path> realPath) {
        Set<Path> images = new LinkedHashSet<>();
        Set<Path> directories = new LinkedHashSet<>();
        for (VmView view : views) {
            add(images, view.files().privateImage(), realPath);
            add(images, view.files().rootImage(), realPath);
            if (fields.contains(Column.DISK)) {
                add(directories, view.files().directory(), realPath);
            }
        }
        return new DiskFigures(
                DiskUsage.ofFiles(List.copyOf(images)), DiskUsage.ofTrees(List.copyOf(directories)), realPath);
    }

    private static void add(Set<Path> paths, @Nullable String path, Function<String, Path> realPath) {
        if (path != null) {
            paths.add(realPath.apply(path));
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
        return path == null ? 0 : directories.getOrDefault(realPath.apply(path), 0L);
    }

    private String image(Column column, @Nullable String path) {
        DiskUsage size = path == null ? null : files.get(realPath.apply(path));
        long allocated = size == null ? 0 : size.allocated();
        long length = size == null ? 0 : size.length();
        return switch (column) {
            case PRIV_CURR, ROOT_CURR -> SizeText.megabytes(allocated);
            case PRIV_UTIL, ROOT_UTIL -> length == 0 ? "-" : allocated * 100 / length + "%";
            default -> SizeText.megabytes(length);
        };
    }

    /** Paths of images that are not there. */
    public Map<String, String> missing(List<VmView> views) {
        Map<String, String> missing = new LinkedHashMap<>();
        for (VmView view : views) {
            String path = view.files().privateImage();
            boolean expected = path != null && view.files().volatileImage() != null;
            if (expected && !files.containsKey(realPath.apply(path))) {
                missing.put(view.vm().name(), path);
            }
        }
        return missing;
    }
}
