package org.qubestools.core.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.TempName;
import org.qubestools.core.io.UnixStat;

/** Turns a plan into the steps of a journal, and makes what is new under names of ours. */
final class Staging {
    private final FileLayer layer;
    private final Ownership ownership;
    private final List<FileChange> plan;
    private final String token = TempName.token();

    Staging(FileLayer layer, Ownership ownership, List<FileChange> plan) {
        this.layer = layer;
        this.ownership = ownership;
        this.plan = plan;
    }

    /** The steps that prepare: missing directories and new things. */
    List<JournalStep> preparation() {
        List<JournalStep> steps = new ArrayList<>();
        for (FileChange change : plan) {
            if (change instanceof FileChange.Directory) {
                for (Path missing : missing(change.path())) {
                    JournalStep step = new JournalStep.MakeDirectory(missing);
                    if (!steps.contains(step)) {
                        steps.add(step);
                    }
                }
            }
        }
        for (int i = 0; i < plan.size(); i++) {
            if (isStaged(plan.get(i))) {
                steps.add(new JournalStep.Prepare(name(plan.get(i).path(), "new", i)));
            }
        }
        return steps;
    }

    /** Makes a directory of {@link #preparation}, durably. */
    void make(JournalStep.MakeDirectory step) throws IOException {
        step.perform(layer);
        Trees.seal(layer, step.path(), ownership);
        Trees.syncParent(layer, step.path());
    }

    /** Makes what step {@code i} of the plan brings, durably except for the name; nothing for other steps. */
    void prepare(int i) throws IOException {
        FileChange change = plan.get(i);
        Path staging = name(change.path(), "new", i);
        if (change instanceof FileChange.Create create) {
            layer.createDirectory(staging);
            create.populate().populate(staging, layer);
            Trees.seal(layer, staging, ownership);
        } else if (change instanceof FileChange.Link link) {
            layer.createSymlink(staging, link.target());
        } else if (change instanceof FileChange.Write write) {
            layer.writeFile(staging, write.content());
            ownership.giveTo(layer, staging, write.path());
            layer.setMode(staging, write.mode());
            layer.sync(staging);
        } else if (change instanceof FileChange.Sparse sparse) {
            layer.createSparseFile(staging, sparse.size());
            ownership.giveTo(layer, staging, sparse.path());
            layer.setMode(staging, sparse.mode());
            layer.sync(staging);
        } else if (change instanceof FileChange.Move move && move.completed() != null) {
            move.completed().populate(move.path(), layer);
            Trees.seal(layer, move.path(), ownership);
        }
    }

    /** The step that makes step {@code i} of the plan take effect, after {@link #prepare}; one or none. */
    List<JournalStep> effect(int i) throws IOException {
        FileChange change = plan.get(i);
        Path path = change.path();
        if (change instanceof FileChange.Directory) {
            return List.of();
        } else if (change instanceof FileChange.Move move) {
            return List.of(new JournalStep.Move(path, move.to()));
        } else if (!isStaged(change)) {
            return List.of(new JournalStep.Trash(path, name(path, "old", i)));
        }
        Path staging = name(path, "new", i);
        boolean mustBeNew = change instanceof FileChange.Create;
        return List.of(new JournalStep.Put(staging, name(path, "old", i), path, UnixStat.inode(staging), mustBeNew));
    }

    private static boolean isStaged(FileChange change) {
        return change instanceof FileChange.Create
                || change instanceof FileChange.Link
                || change instanceof FileChange.Write
                || change instanceof FileChange.Sparse;
    }

    private Path name(Path target, String what, int i) {
        return target.resolveSibling(JournalText.OURS + what + "-" + token + "-" + i);
    }

    private static List<Path> missing(Path directory) {
        List<Path> missing = new ArrayList<>();
        Path path = directory;
        while (path != null && !Files.isDirectory(path)) {
            missing.add(path);
            path = path.getParent();
        }
        Collections.reverse(missing);
        return missing;
    }
}
