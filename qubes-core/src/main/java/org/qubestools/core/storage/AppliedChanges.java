package org.qubestools.core.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.Ownership;

/** A plan on its way: what the journal says is pending, and how to end it either way. */
final class AppliedChanges implements FileChanges.Applied {
    private final FileLayer layer;
    private final JournalFile file;
    private Journal journal;
    private boolean ended;

    /** Takes over a journal that is on disk, or is about to be. */
    AppliedChanges(FileLayer layer, JournalFile file, Journal journal) {
        this.layer = layer;
        this.file = file;
        this.journal = journal;
    }

    /** Does everything but the final deletions. Whatever it throws, the caller closes this. */
    void perform(List<FileChange> plan, String token, Ownership ownership) {
        List<JournalStep> leftovers = journal.steps();
        Staging staging = new Staging(layer, ownership, plan, token);
        List<JournalStep> preparation = concat(leftovers, staging.preparation());
        if (preparation.size() > leftovers.size()) {
            enter(journal.withPhase(Journal.Phase.PREPARE, preparation));
        }
        List<JournalStep> steps = new ArrayList<>(leftovers);
        for (JournalStep step : preparation) {
            if (step instanceof JournalStep.MakeDirectory missing) {
                doing("make directory " + missing.path(), () -> staging.make(missing));
                steps.add(step);
            }
        }
        for (int i = 0; i < plan.size(); i++) {
            int at = i;
            doing(plan.get(i).describe(), () -> staging.prepare(at));
        }
        steps.addAll(staging.displaced());
        for (int i = 0; i < plan.size(); i++) {
            int at = i;
            doing(plan.get(i).describe(), () -> steps.addAll(staging.effect(at)));
        }
        enter(journal.withPhase(Journal.Phase.CHANGE, steps));
        GroupedSyncs grouped = new GroupedSyncs(layer);
        for (JournalStep step : steps) {
            if (!(step instanceof JournalStep.MakeDirectory)) {
                doing(step.describe(), () -> step.perform(grouped));
            }
        }
        for (Path directory : grouped.putOff()) {
            doing("sync " + directory, () -> layer.sync(directory));
        }
    }

    /** Makes {@code next} the pending journal; if that fails the previous one still says all that was done. */
    private void enter(Journal next) {
        doing("write " + file.path(), () -> file.write(next));
        journal = next;
    }

    /** Something that may fail in the file system. */
    @FunctionalInterface
    private interface Action {
        void run() throws IOException;
    }

    private static void doing(String what, Action action) {
        try {
            action.run();
        } catch (IOException e) {
            throw new QubesException(ErrorKind.FAILED, "cannot " + what + ": " + IoReason.of(e), IoReason.advice(e), e);
        }
    }

    @Override
    public List<String> commit() {
        if (ended) {
            throw new IllegalStateException("these changes were taken back or are final already");
        }
        if (journal.before().equals(journal.after())) {
            // The store cannot tell on which side the change is, so the journal has to.
            enter(journal.withPhase(Journal.Phase.CLEAN, garbageSteps(journal.garbage())));
        }
        ended = true;
        return clean();
    }

    /** Deletes what is to be deleted and the journal; what resists stays in the journal and is returned. */
    List<String> clean() {
        List<Path> left = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        for (Path path : journal.garbage()) {
            try {
                Trees.delete(layer, path);
            } catch (IOException e) {
                left.add(path);
                warnings.add("cannot remove " + path + " now: " + IoReason.of(e) + "; the next change tries again");
            }
        }
        try {
            endJournal(left);
        } catch (IOException e) {
            warnings.add("cannot remove " + file.path() + " now: " + IoReason.of(e) + "; the next change tries again");
        }
        return warnings;
    }

    private void endJournal(List<Path> left) throws IOException {
        if (left.isEmpty()) {
            file.remove();
        } else {
            file.write(journal.withPhase(Journal.Phase.CLEAN, garbageSteps(left)));
        }
    }

    private static List<JournalStep> garbageSteps(List<Path> paths) {
        List<JournalStep> steps = new ArrayList<>();
        for (Path path : paths) {
            steps.add(new JournalStep.Garbage(path));
        }
        return steps;
    }

    @Override
    public void close() {
        if (ended) {
            return;
        }
        ended = true;
        List<String> left = new ArrayList<>();
        List<IOException> failures = new ArrayList<>();
        List<Path> older = new ArrayList<>();
        List<JournalStep> steps = journal.steps();
        for (int i = steps.size() - 1; i >= 0; i--) {
            JournalStep step = steps.get(i);
            if (step instanceof JournalStep.Garbage garbage) {
                older.add(garbage.path());
            }
            attempt(step.describe(), () -> step.undo(layer), left, failures);
        }
        if (left.isEmpty()) {
            attempt("remove " + file.path(), () -> endJournal(older), left, failures);
        }
        if (!left.isEmpty()) {
            QubesException error = new QubesException(
                    ErrorKind.FAILED,
                    "could not undo everything: " + String.join(", ", left),
                    "the next change tries again");
            failures.forEach(error::addSuppressed);
            throw error;
        }
    }

    private static void attempt(String what, Action action, List<String> left, List<IOException> failures) {
        try {
            action.run();
        } catch (IOException e) {
            left.add(what + " (" + IoReason.of(e) + ")");
            failures.add(e);
        }
    }

    private static List<JournalStep> concat(List<JournalStep> first, List<JournalStep> second) {
        List<JournalStep> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
