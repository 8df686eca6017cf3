package org.qubestools.core.libvirt;

import java.util.List;
import java.util.Optional;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.vmm.DiskRequest;
import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.HostDevice;
import org.qubestools.core.vmm.VmmTraits;

/** What differs from one driver of libvirt to the other: traits, and how a VM is put into the driver's words. */
sealed interface DriverProfile permits XenProfile, QemuProfile, TestProfile {
    VmmTraits traits();

    /** True if a domain is created paused by a flag; else it is created and paused at once. */
    boolean createsPaused();

    /**
     * The document that defines the domain.
     *
     * @throws org.qubestools.core.error.QubesException INVALID_VALUE or FAILED for a VM that this driver cannot have
     */
    String domainXml(DomainSpec spec);

    /** The element of the VM's network interface; a VM without netvm has none, and asking is a mistake of the caller. */
    String interfaceXml(DomainSpec spec);

    /**
     * The element of a disk that a running domain gets.
     *
     * @throws org.qubestools.core.error.QubesException FAILED if this driver cannot have it
     */
    String diskXml(String domain, DiskRequest disk);

    /** The element of a device of the host that a running domain gets. */
    String hostDeviceXml(String domain, HostDevice device);

    /** What of the VM's settings does not get into its definition, in lines for the user; told whenever it is defined. */
    List<String> warnings(DomainSpec spec);

    /**
     * Looks whether what was configured for all domains can be had, before one is started.
     *
     * @throws QubesException INVALID_VALUE naming the setting
     */
    default void requireStartable() {}

    /** A failed start with what to do about it, if what was configured for all domains may be the reason. */
    default QubesException explained(QubesException failure) {
        return failure;
    }

    /** What the administrator of this host should know, as one line; told at the first start of a connection. */
    Optional<String> hint();

    /**
     * Which needed parts the driver has dropped from a definition, in words for the user; empty if it is all there.
     *
     * @param readBack the definition as the driver tells it
     */
    List<String> droppedParts(DomainSpec spec, String readBack);
}
