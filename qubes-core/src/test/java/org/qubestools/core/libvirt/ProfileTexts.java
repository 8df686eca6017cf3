package org.qubestools.core.libvirt;

import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.HostFiles;

/** What the profiles make of a VM, for tests of other packages. */
public final class ProfileTexts {
    private ProfileTexts() {}

    /** The definition for Xen. */
    public static String xen(DomainSpec spec, HostFiles files) {
        return new XenProfile(files).domainXml(spec);
    }
}
