package org.qubestools.backup.format;

import java.util.List;
import org.qubestools.core.model.VmCollection;

/**
 * What the qubes.xml of a backup says, whatever the version of the format: all VMs of the system it was made on, in the
 * terms of our store, and which of them it holds.
 *
 * @param vms all VMs of that system; those of format 4 were translated
 * @param items the VMs in the backup, dom0 (its home) too, in the order of the document
 * @param leftOut what the backup seems to hold but nobody can look at, one line each, fit for a terminal
 */
public record BackupContents(VmCollection vms, List<BackupItem> items, List<String> leftOut) {
    public BackupContents {
        items = List.copyOf(items);
        leftOut = List.copyOf(leftOut);
    }

    public BackupContents(VmCollection vms, List<BackupItem> items) {
        this(vms, items, List.of());
    }
}
