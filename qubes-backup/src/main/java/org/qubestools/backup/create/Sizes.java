package org.qubestools.backup.create;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qubestools.backup.create.PlannedFile.Kind;
import org.qubestools.core.io.DiskUsage;

/** Bytes on disk of many files and directories, measured at once. */
final class Sizes {
    private final Map<Path, DiskUsage> files;
    private final Map<Path, Long> trees;

    private Sizes(Map<Path, DiskUsage> files, Map<Path, Long> trees) {
        this.files = files;
        this.trees = trees;
    }

    static Sizes measure(List<PlannedFile> planned, List<Path> more) {
        Set<Path> files = new LinkedHashSet<>();
        Set<Path> trees = new LinkedHashSet<>();
        List<Path> all = new ArrayList<>(more);
        for (PlannedFile file : planned) {
            all.addAll(parts(file));
        }
        for (Path path : all) {
            (isDirectory(path) ? trees : files).add(path);
        }
        return new Sizes(DiskUsage.ofFiles(List.copyOf(files)), DiskUsage.ofTrees(List.copyOf(trees)));
    }

    private static boolean isDirectory(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static List<Path> parts(PlannedFile file) {
        if (file.kind() != Kind.SELECTION) {
            return List.of(file.source());
        }
        List<Path> parts = new ArrayList<>();
        for (String entry : file.entries()) {
            parts.add(file.source().resolve(entry));
        }
        return parts;
    }

    /** 0 for what is not there. */
    long of(Path path) {
        Long tree = trees.get(path);
        if (tree != null) {
            return tree;
        }
        DiskUsage usage = files.get(path);
        return usage == null ? 0 : usage.allocated();
    }

    PlannedFile sized(PlannedFile file) {
        long total = 0;
        for (Path part : parts(file)) {
            total = Math.addExact(total, of(part));
        }
        return file.withSize(total);
    }
}
