package org.qubestools.core.vmm;

/**
 * One domain at one moment.
 *
 * @param uuid lower case text form
 * @param active whether it is started; the figures of an inactive one are 0
 * @param id number of the running domain (Xen's xid); -1 if not active
 * @param memoryKib memory it has now
 * @param cpuTimeNanos CPU time it used since its start
 */
public record DomainSnapshot(
        String name, String uuid, boolean active, int id, DomainState state, long memoryKib, long cpuTimeNanos) {}
