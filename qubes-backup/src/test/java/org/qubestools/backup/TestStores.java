package org.qubestools.backup;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.format.BackupContents;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.store.StoreSnapshot;

/** Collections and contents of backups made from the elements of a store. */
public final class TestStores {
    private TestStores() {}

    /** A store with these globals and elements; dom0 is added. */
    public static VmCollection store(String globals, String elements) {
        String xml = "<QubesVmCollection " + globals + ">" + elements + "</QubesVmCollection>";
        return parse(xml.getBytes(StandardCharsets.UTF_8));
    }

    public static VmCollection parse(byte[] xml) {
        return StoreSnapshot.parse("qubes.xml", xml, new OnePool()).vms();
    }

    /** What a backup of this store holds, by {@code backup_content} and the other attributes about backups. */
    public static BackupContents contents(VmCollection vms) {
        List<BackupItem> items = new ArrayList<>();
        for (QubesVm vm : vms.inDocumentOrder()) {
            if (vm.is(Attributes.BACKUP_CONTENT)) {
                items.add(new BackupItem(
                        vm, vm.getOr(Attributes.BACKUP_PATH, ""), vm.getOr(Attributes.BACKUP_SIZE, 0L), List.of(), ""));
            }
        }
        return new BackupContents(vms, items);
    }

    public static BackupContents contents(String elements) {
        return contents(store("", elements));
    }

    /** Only the default pool. */
    public static final class OnePool implements Pools {
        @Override
        public @Nullable String directory(String pool) {
            return pool.equals(DEFAULT) ? DEFAULT_DIRECTORY : null;
        }

        @Override
        public Set<String> names() {
            return Set.of(DEFAULT);
        }
    }
}
