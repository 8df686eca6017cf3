package org.qubestools.core.libvirt;

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

    /** The state that libvirt has this number for. */
    public static DomainState state(int number) {
        return Snapshots.state(number);
    }
}
