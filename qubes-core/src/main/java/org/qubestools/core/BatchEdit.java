package org.qubestools.core;

import java.util.ArrayList;
import java.util.List;
import org.qubestools.core.edit.Change;
import org.qubestools.core.edit.Draft;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.StoreDifference;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.storage.PlannedTree;
import org.qubestools.core.store.StoreSnapshot;
import org.qubestools.core.vmm.LazyVmm;

/**
 * An edit that is put together by several callers, each of whom sees what those before it have planned; nothing is done
 * before the last one is through. Made by {@link Qubes#batch}.
 */
public final class BatchEdit {
    /** Who puts an edit together; an exception ends it, and nothing of it is saved. */
    public interface Lines {
        void plan(BatchEdit edit);
    }

    private final Qubes qubes;
    private final StoreSnapshot before;
    private final Draft draft;
    private final List<String> made;

    /** {@code made}: what was made for a new store; empty for another one. */
    BatchEdit(Qubes qubes, StoreSnapshot before, Draft draft, List<String> made) {
        this.qubes = qubes;
        this.before = before;
        this.draft = draft;
        this.made = made;
    }

    /**
     * The core as one line sees it: what it loads is what was planned so far, what it edits is planned. Closing it closes
     * nothing.
     *
     * @param offline the line does not ask what runs
     */
    public Qubes part(boolean offline) {
        return new Qubes(qubes, offline ? LazyVmm.offline() : qubes.vmm(), this);
    }

    /** Plans what {@code line} plans, or nothing of it if that fails; its exception is thrown on. */
    public void attempt(Runnable line) {
        Draft.Mark mark = draft.mark();
        boolean good = false;
        try {
            line.run();
            good = true;
        } finally {
            if (!good) {
                draft.rollBack(mark);
            }
        }
    }

    StoreSnapshot planned() {
        return before.planned(draft.vms());
    }

    PlannedTree files() {
        return draft.planned();
    }

    /** The lines that tell how a new store came about; IN_USE if it is none. */
    List<String> init() {
        if (made.isEmpty()) {
            throw new QubesException(
                    ErrorKind.IN_USE, QubesConfig.STORE + " exists already", "an initialisation is the first line");
        }
        return made;
    }

    /** Plans these changes, or none of them; tells what they change. */
    EditOutcome edit(List<? extends Change> changes, LazyVmm vmm, boolean dryRun) {
        Draft.Mark mark = draft.mark();
        VmCollection vmsBefore = draft.vms();
        int filesBefore = draft.files().size();
        boolean kept = false;
        draft.ask(vmm);
        try {
            for (Change change : changes) {
                change.apply(draft);
            }
            EditOutcome outcome = outcome(vmsBefore, filesBefore);
            kept = !dryRun;
            return outcome;
        } finally {
            draft.ask(qubes.vmm());
            draft.forgetSaid();
            if (!kept) {
                draft.rollBack(mark);
            }
        }
    }

    private EditOutcome outcome(VmCollection vmsBefore, int filesBefore) {
        List<String> files = new ArrayList<>();
        for (String line : draft.files().describe(filesBefore)) {
            files.add(qubes.config().shownIn(line));
        }
        return new EditOutcome(
                StoreDifference.between(vmsBefore, draft.vms()),
                files,
                false,
                List.of(),
                draft.warnings(),
                draft.notes(),
                List.of());
    }
}
