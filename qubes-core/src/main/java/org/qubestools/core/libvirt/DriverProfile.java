package org.qubestools.core.libvirt;

import java.util.List;
import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.VmmTraits;

/** What differs from one driver of libvirt to the other: traits, and how a VM is put into the driver's words. */
interface DriverProfile {
    VmmTraits traits();

    /** True if a domain is created paused by a flag; else it is created and paused at once. */
    boolean createsPaused();

    /** The document that defines the domain. */
    String domainXml(DomainSpec spec);

    /** The element of the VM's network interface; a VM without netvm has none, and asking is a mistake of the caller. */
    String interfaceXml(DomainSpec spec);

    /**
     * Which needed parts the driver has dropped from a definition, in words for the user; empty if it is all there.
     *
     * @param readBack the definition as the driver tells it
     */
    List<String> droppedParts(DomainSpec spec, String readBack);
}
