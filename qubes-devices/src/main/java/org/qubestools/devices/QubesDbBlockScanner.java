package org.qubestools.devices;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Lists the block devices that VMs publish in their QubesDBs. */
public final class QubesDbBlockScanner {
    /** Where VMs publish them; a VM that changes something writes to this path without the slash. */
    public static final String DIRECTORY = "/qubes-block-devices/";

    private final boolean showSystemDisks;

    /** {@code showSystemDisks}: also images of VMs behind loop devices of dom0. */
    public QubesDbBlockScanner(boolean showSystemDisks) {
        this.showSystemDisks = showSystemDisks;
    }

    /**
     * The devices of one VM. What it wrote wrongly is refused and never fails the list; a VM that does not run or whose
     * database does not answer has none.
     */
    public Listing<BlockDevice> scan(PublishingVm vm) throws InterruptedException {
        PublishedEntries entries = PublishedEntries.of(vm, DIRECTORY);
        List<BlockDevice> devices = new ArrayList<>();
        List<Refused> refused = new ArrayList<>();
        for (Map.Entry<String, Map<String, ByteText>> entry : entries.byName().entrySet()) {
            UntrustedBlockEntry.Checked checked =
                    new UntrustedBlockEntry(vm.name(), entry.getKey(), entry.getValue()).check(showSystemDisks);
            if (checked.device() != null) {
                devices.add(checked.device());
            } else if (checked.reason() != null) {
                refused.add(new Refused(entry.getKey(), checked.reason()));
            }
        }
        return new Listing<>(devices, refused, entries.cut());
    }
}
