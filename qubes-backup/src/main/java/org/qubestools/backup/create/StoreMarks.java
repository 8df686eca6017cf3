package org.qubestools.backup.create;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.edit.Change;
import org.qubestools.core.edit.Draft;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;

/**
 * The attributes by which a store says what is in its last backup, and when that was made.
 *
 * @param places of the VMs in the backup, by qid
 * @param names of the same VMs, by qid: another VM may have got the number since
 * @param time of the backup; null leaves the times as they are
 */
public record StoreMarks(
        Map<Integer, Place> places,
        Map<Integer, String> names,
        @Nullable Instant time) implements Change {
    /**
     * Where a VM is in the backup.
     *
     * @param path without a slash at the end
     * @param size bytes on disk
     */
    public record Place(String path, long size) {}

    public StoreMarks {
        places = Map.copyOf(places);
        names = Map.copyOf(names);
    }

    /** The marks of a backup by this plan. */
    public static StoreMarks of(BackupPlan plan, @Nullable Instant time) {
        Map<Integer, Place> places = new HashMap<>();
        Map<Integer, String> names = new HashMap<>();
        for (PlannedBackup vm : plan.vms()) {
            places.put(vm.vm().qid(), new Place(vm.path(), vm.storedSize()));
            names.put(vm.vm().qid(), vm.vm().name());
        }
        return new StoreMarks(places, names, time);
    }

    @Override
    public void apply(Draft draft) {
        for (QubesVm vm : draft.vms().inDocumentOrder()) {
            QubesVm marked = marked(vm);
            if (marked != vm) {
                draft.replace(marked);
            }
        }
    }

    private QubesVm marked(QubesVm vm) {
        Place place = vm.name().equals(names.get(vm.qid())) ? places.get(vm.qid()) : null;
        if (place == null) {
            return vm.is(Attributes.BACKUP_CONTENT) ? vm.with(Attributes.BACKUP_CONTENT, false) : vm;
        }
        QubesVm marked = vm.with(Attributes.BACKUP_CONTENT, true)
                .with(Attributes.BACKUP_PATH, place.path())
                .with(Attributes.BACKUP_SIZE, place.size());
        return time == null ? marked : marked.with(Attributes.BACKUP_TIMESTAMP, time.getEpochSecond());
    }
}
