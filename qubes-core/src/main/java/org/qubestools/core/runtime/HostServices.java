package org.qubestools.core.runtime;

import org.qubestools.core.io.HostPrograms;

/**
 * What a host has beside its VMM to serve running VMs.
 *
 * @param memory makes room for a VM
 * @param databases their QubesDB daemons
 * @param xenStore asked only where the VMM has one
 * @param daemons qrexec and GUI; asked only where the VMM's traits have Qubes' daemons
 * @param programs others, that end by themselves
 */
public record HostServices(
        MemoryManager memory,
        DomainDatabases databases,
        XenStore xenStore,
        SessionDaemons daemons,
        HostPrograms programs) {}
