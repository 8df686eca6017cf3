package org.qubestools.core.libvirt;

import org.qubestools.core.vmm.DiskRequest;
import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.HostFiles;

/** What passes between us and libvirt, for tests of other packages. */
public final class ProfileTexts {
    private ProfileTexts() {}

    /** The definition for Xen. */
    public static String xen(DomainSpec spec, HostFiles files) {
        return new XenProfile(files).domainXml(spec);
    }

    /** The element by which Xen attaches a disk. */
    public static String xenDisk(DiskRequest disk) {
        return XmlWriter.write("text", XenDisks.attached(disk));
    }

    /** The element by which QEMU attaches a disk. */
    public static String qemuDisk(DiskRequest disk) {
        return XmlWriter.write("text", QemuDisks.attached(disk));
    }

    /** The state that libvirt has this number for. */
    public static DomainState state(int number) {
        return Snapshots.state(number);
    }
}
