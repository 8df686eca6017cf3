package org.qubestools.core;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.qubestools.core.edit.Change;
import org.qubestools.core.edit.Draft;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.model.StoreDifference;
import org.qubestools.core.storage.FileChanges;
import org.qubestools.core.store.StoreFile;
import org.qubestools.core.store.StoreSnapshot;

/**
 * Edits of the store under its exclusive lock, which is held from the opening to the closing: each loads the store,
 * applies its changes and saves all of them, their files included, or none.
 */
final class StoreEdit implements AutoCloseable {
    /** Notes which files an edit has begun to change, so that a killed edit can be undone or finished. */
    private static final String JOURNAL = "/var/lib/qubes/.qvm-pending";

    private final EditPlace place;
    private final Ownership ownership;
    private final StoreFile file;

    private StoreEdit(EditPlace place, Ownership ownership, StoreFile file) {
        this.place = place;
        this.ownership = ownership;
        this.file = file;
    }

    /** Takes the lock; the caller closes it. */
    static StoreEdit open(EditPlace place) {
        Ownership ownership = StoreOwnership.of(place.config());
        return new StoreEdit(
                place,
                ownership,
                StoreFile.openExclusive(place.config().store(), place.lockWait(), place.layer(), ownership));
    }

    /** One edit; with {@code dryRun} nothing of it is done. */
    EditOutcome apply(List<? extends Change> changes, boolean dryRun) {
        byte[] bytes = file.read();
        List<String> leftOver = new ArrayList<>(recover(bytes, dryRun));
        StoreSnapshot before = place.parse(bytes);
        Draft draft = place.draft(before, changes);
        byte[] after = before.withChanges(draft.vms());
        boolean changed = !before.isContent(after) || !draft.files().isEmpty();
        if (changed && !dryRun) {
            leftOver.addAll(save(draft, bytes, after));
        }
        return outcome(before, draft, changed && !dryRun, leftOver);
    }

    /** Undoes or finishes what a killed edit had begun. */
    private List<String> recover(byte[] bytes, boolean dryRun) {
        Path journal = place.config().real(JOURNAL);
        if (!Files.exists(journal)) {
            if (!dryRun && Files.exists(place.config().real(JOURNAL + ".new"))) {
                FileChanges.removeUnfinished(place.layer(), journal);
            }
            return List.of();
        }
        return dryRun
                ? List.of("an edit was interrupted; the next one that is no dry run finishes or undoes it first")
                : FileChanges.recover(place.layer(), journal, bytes);
    }

    private List<String> save(Draft draft, byte[] before, byte[] after) {
        draft.tellFirst(place.hooks());
        if (draft.files().isEmpty()) {
            draft.tellLast(place.hooks());
            saveStore(draft, after);
            return List.of();
        }
        Path journal = place.config().real(JOURNAL);
        try (FileChanges.Applied applied = draft.files().apply(place.layer(), journal, ownership, before, after)) {
            draft.tellLast(place.hooks());
            saveStore(draft, after);
            return applied.commit();
        }
    }

    private void saveStore(Draft draft, byte[] after) {
        draft.applyToVmm();
        boolean saved = false;
        try {
            file.replace(after);
            saved = true;
            NameList.refresh(place.config(), draft.vms());
        } finally {
            if (!saved) {
                draft.undoInVmm();
            }
        }
    }

    private EditOutcome outcome(StoreSnapshot before, Draft draft, boolean saved, List<String> leftOver) {
        List<String> files = new ArrayList<>();
        for (String line : draft.files().describe()) {
            files.add(place.config().shownIn(line));
        }
        List<String> warnings = new ArrayList<>(draft.warnings());
        for (String line : leftOver) {
            warnings.add(place.config().shownIn(line));
        }
        return new EditOutcome(
                StoreDifference.between(before.vms(), draft.vms()),
                files,
                saved,
                before.problems(),
                warnings,
                draft.notes(),
                draft.networkBefore());
    }

    /** Gives the lock back. */
    @Override
    public void close() {
        file.close();
    }
}
