package org.qubestools.core.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.UnixStat;

/**
 * Turns a plan into the steps of a journal, and makes what is new under names of ours. A step of the plan that is about
 * something which the plan itself makes is done there and then, and is none of the journal: undone with what it is in.
 */
final class Staging {
    /**
     * How a step of the plan is carried out.
     *
     * @param place where it makes something while that has no name yet; for a step within something new, where that is
     * @param within it is done in, or in the place of, something that the plan makes
     */
    private record Way(Path place, boolean within) {}

    private final FileLayer layer;
    private final Ownership ownership;
    private final List<FileChange> plan;
    private final String token;
    private final List<Way> ways = new ArrayList<>();
    private final List<Optional<Path>> destinations = new ArrayList<>();

    Staging(FileLayer layer, Ownership ownership, List<FileChange> plan, String token) {
        this.layer = layer;
        this.ownership = ownership;
        this.plan = plan;
        this.token = token;
        PlannedTree tree = new PlannedTree();
        for (int i = 0; i < plan.size(); i++) {
            FileChange change = plan.get(i);
            Path staging = place(tree, token, change, i);
            boolean replaces = isStaged(change) && tree.at(change.path()).staged();
            boolean within = replaces || tree.isWithinStaged(change.path());
            Path place = !within
                    ? staging
                    : isStaged(change) ? tree.placeOfNew(change.path(), staging) : tree.placeOfName(change.path());
            ways.add(new Way(place, within && !(change instanceof FileChange.Directory)));
            destinations.add(
                    change instanceof FileChange.Move move
                            ? Optional.of(tree.placeOfName(move.to()))
                            : Optional.empty());
            tree.add(change, staging);
        }
    }

    /** Where step {@code i} of a plan makes what it makes: beside the place where its name is now. */
    static Path place(PlannedTree tree, String token, FileChange change, int i) {
        return isStaged(change) ? name(tree.placeOfName(change.path()), token, "new", i) : change.path();
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
            if (isStaged(plan.get(i)) && !ways.get(i).within()) {
                steps.add(new JournalStep.Prepare(ways.get(i).place()));
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
        Path place = ways.get(i).place();
        if (ways.get(i).within()) {
            within(change, place, i);
        } else if (isStaged(change)) {
            bring(change, place);
        } else if (change instanceof FileChange.Move move && move.completed() != null) {
            move.completed().populate(move.path(), layer);
            Trees.seal(layer, move.path(), ownership);
        }
    }

    private void bring(FileChange change, Path place) throws IOException {
        if (change instanceof FileChange.Create create) {
            layer.createDirectory(place);
            create.populate().populate(place, layer);
            Trees.seal(layer, place, ownership);
        } else if (change instanceof FileChange.Link link) {
            layer.createSymlink(place, link.target());
        } else if (change instanceof FileChange.Write write) {
            layer.writeFile(place, write.content());
            finish(place, write.path(), write.mode());
        } else if (change instanceof FileChange.Sparse sparse) {
            layer.createSparseFile(place, sparse.size());
            finish(place, sparse.path(), sparse.mode());
        }
    }

    private void finish(Path place, Path target, int mode) throws IOException {
        ownership.giveTo(layer, place, target);
        layer.setMode(place, mode);
        layer.sync(place);
    }

    /** A step about something that is new: nobody else sees that yet, so it is done in place. */
    private void within(FileChange change, Path place, int i) throws IOException {
        if (change instanceof FileChange.Move) {
            layer.rename(place, destinations.get(i).orElseThrow());
        } else {
            Trees.delete(layer, place);
            bring(change, place);
        }
        Trees.syncParent(layer, place);
    }

    /** The steps that make step {@code i} of the plan take effect, after all were {@linkplain #prepare prepared}. */
    List<JournalStep> effect(int i) throws IOException {
        FileChange change = plan.get(i);
        Path path = change.path();
        if (change instanceof FileChange.Directory || ways.get(i).within()) {
            return List.of();
        } else if (change instanceof FileChange.Move move) {
            return List.of(new JournalStep.Move(path, move.to()));
        } else if (!isStaged(change)) {
            return List.of(new JournalStep.Trash(path, name(path, token, "old", i)));
        }
        Path place = ways.get(i).place();
        Path staging = name(path, token, "new", i);
        boolean mustBeNew = change instanceof FileChange.Create;
        return List.of(
                new JournalStep.Put(staging, name(path, token, "old", i), path, UnixStat.inode(place), mustBeNew));
    }

    /** New things that lie elsewhere until a rename of the plan, as steps that remove them. */
    List<JournalStep> displaced() {
        List<JournalStep> steps = new ArrayList<>(0);
        for (int i = 0; i < plan.size(); i++) {
            boolean own = isStaged(plan.get(i)) && !ways.get(i).within();
            if (own && !ways.get(i).place().equals(name(plan.get(i).path(), token, "new", i))) {
                steps.add(new JournalStep.Prepare(ways.get(i).place()));
            }
        }
        return steps;
    }

    private static boolean isStaged(FileChange change) {
        return change instanceof FileChange.Create
                || change instanceof FileChange.Link
                || change instanceof FileChange.Write
                || change instanceof FileChange.Sparse;
    }

    private static Path name(Path target, String token, String what, int i) {
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
