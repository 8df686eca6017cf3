package org.qubestools.core;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.edit.Change;
import org.qubestools.core.edit.Draft;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.history.HistoryLimits;
import org.qubestools.core.history.RestoreStore;
import org.qubestools.core.history.StoreHistory;
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
    static final String JOURNAL = "/var/lib/qubes/.qvm-pending";

    private static final byte[] NOTHING = "<QubesVmCollection/>\n".getBytes(StandardCharsets.US_ASCII);

    private final EditPlace place;
    private final HistoryLimits limits;
    private final Ownership ownership;
    private final StoreFile file;
    private final @Nullable NewStore fresh;

    private StoreEdit(
            EditPlace place, HistoryLimits limits, Ownership ownership, StoreFile file, @Nullable NewStore fresh) {
        this.place = place;
        this.limits = limits;
        this.ownership = ownership;
        this.file = file;
        this.fresh = fresh;
    }

    /** Who fills a draft. */
    interface Planner {
        void plan(StoreSnapshot before, Draft draft);
    }

    /** Takes the lock; the caller closes it. */
    static StoreEdit open(EditPlace place) {
        Ownership ownership = StoreOwnership.of(place.config());
        return new StoreEdit(
                place,
                HistoryLimits.of(place.config().settings()),
                ownership,
                StoreFile.openExclusive(place.config().store(), place.lockWait(), place.layer(), ownership),
                null);
    }

    /** The same where there is no store yet; the first edit brings it into being, and until then nobody sees it. */
    static StoreEdit openNew(EditPlace place) {
        NewStore fresh = NewStore.begin(place.config(), place.layer(), place.lockWait());
        HistoryLimits limits = HistoryLimits.of(place.config().settings());
        return new StoreEdit(place, limits, StoreOwnership.of(place.config()), fresh.file(), fresh);
    }

    /** What a first edit would do; locks and makes nothing. */
    static EditOutcome dryRunOfNew(EditPlace place, Planner planner) {
        StoreInit.requireNone(place.config());
        StoreSnapshot before = place.parse(StoreInit.empty());
        Draft draft = place.draft(before);
        planner.plan(before, draft);
        before.withChanges(draft.vms());
        return outcome(place, before, draft, StoreDifference.between(before.vms(), draft.vms()), false, List.of());
    }

    /** One edit that {@code planner} puts together; with {@code dryRun} nothing of it is done. */
    EditOutcome apply(Planner planner, boolean dryRun) {
        byte[] bytes = file.read();
        List<String> leftOver = new ArrayList<>(recover(bytes, dryRun));
        StoreSnapshot before = place.parse(bytes);
        Draft draft = place.draft(before);
        planner.plan(before, draft);
        return end(before, draft, bytes, leftOver, dryRun);
    }

    /** One edit; with {@code dryRun} nothing of it is done. */
    EditOutcome apply(List<? extends Change> changes, boolean dryRun) {
        byte[] bytes = file.read();
        List<String> leftOver = new ArrayList<>(recover(bytes, dryRun));
        StoreSnapshot before = parse(bytes, changes);
        Draft draft = place.draft(before, changes);
        return end(before, draft, bytes, leftOver, dryRun);
    }

    private EditOutcome end(StoreSnapshot before, Draft draft, byte[] bytes, List<String> leftOver, boolean dryRun) {
        byte[] wanted = draft.bytes().wanted();
        byte[] after = wanted == null ? before.withChanges(draft.vms()) : wanted;
        StoreDifference difference = wanted == null
                ? StoreDifference.between(before.vms(), draft.vms())
                : StoreDifference.ofDocuments(before.vms(), place.parse(wanted).vms());
        boolean changed =
                fresh != null || !Arrays.equals(bytes, after) || !draft.files().isEmpty();
        if (changed && !dryRun) {
            leftOver.addAll(save(draft, bytes, after, difference));
        }
        return outcome(place, before, draft, difference, changed && !dryRun, leftOver);
    }

    /** The store; one that cannot be read counts as empty for a change that brings another one. */
    private StoreSnapshot parse(byte[] bytes, List<? extends Change> changes) {
        try {
            return place.parse(bytes);
        } catch (QubesException e) {
            if (changes.size() != 1 || !(changes.get(0) instanceof RestoreStore)) {
                throw e;
            }
            return place.parse(NOTHING.clone());
        }
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
                : recovered(journal, bytes);
    }

    private List<String> recovered(Path journal, byte[] bytes) {
        List<String> done = FileChanges.recover(place.layer(), journal, bytes);
        if (fresh == null) {
            NewStore.removeName(place.config(), place.layer());
        }
        return done;
    }

    private List<String> save(Draft draft, byte[] before, byte[] after, StoreDifference difference) {
        draft.tellFirst(place.hooks());
        if (draft.files().isEmpty()) {
            draft.tellLast(place.hooks());
            return saveStore(draft, before, after, difference);
        }
        Path journal = place.config().real(JOURNAL);
        try (FileChanges.Applied applied = draft.files().apply(place.layer(), journal, ownership, before, after)) {
            draft.tellLast(place.hooks());
            List<String> warnings = saveStore(draft, before, after, difference);
            warnings.addAll(applied.commit());
            return warnings;
        }
    }

    /** Gives the store its new content, and the history what it was; what fails of the latter is in the answer. */
    private List<String> saveStore(Draft draft, byte[] before, byte[] after, StoreDifference difference) {
        List<String> warnings = new ArrayList<>(0);
        StoreHistory history = place.history(limits, ownership, warnings);
        draft.applyToVmm();
        try {
            if (fresh == null && !Arrays.equals(before, after)) { // a new store was nothing before
                history.begin(before, after, difference);
            }
            file.replace(after);
            if (fresh != null) {
                fresh.publish();
            }
        } catch (QubesException e) {
            abandon(history, after);
            throw draft.undoneInVmm(e);
        } catch (RuntimeException | Error e) {
            abandon(history, after);
            draft.undoneInVmmAfter(e);
            throw e;
        }
        NameList.refresh(
                place.config(),
                draft.bytes().wanted() == null
                        ? draft.vms()
                        : place.parse(after.clone()).vms());
        history.finish();
        return warnings;
    }

    /** After a save that failed: unless the store could not be put back, so that the change is in place. */
    private void abandon(StoreHistory history, byte[] after) {
        boolean inPlace;
        try {
            inPlace = Arrays.equals(file.read(), after);
        } catch (QubesException e) {
            inPlace = false;
        }
        if (!inPlace) {
            history.abandon();
        }
    }

    private static EditOutcome outcome(
            EditPlace place,
            StoreSnapshot before,
            Draft draft,
            StoreDifference difference,
            boolean saved,
            List<String> leftOver) {
        List<String> files = new ArrayList<>();
        for (String line : draft.files().describe()) {
            files.add(place.config().shownIn(line));
        }
        List<String> warnings = new ArrayList<>(draft.warnings());
        for (String line : leftOver) {
            warnings.add(place.config().shownIn(line));
        }
        return new EditOutcome(
                difference, files, saved, before.problems(), warnings, draft.notes(), draft.networkBefore());
    }

    /** Gives the lock back. */
    @Override
    public void close() {
        if (fresh != null) {
            fresh.close();
        } else {
            file.close();
        }
    }
}
