package org.qubestools.core.model;

/**
 * What a VM's defaults depend on.
 *
 * @param memoryMib all memory of the host
 * @param cpus number of its CPUs
 */
public record HostInfo(long memoryMib, int cpus) {}
