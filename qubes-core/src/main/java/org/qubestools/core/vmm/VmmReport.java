package org.qubestools.core.vmm;

/** Who hears, in one line each, what a driver says beside its answers. */
public interface VmmReport {
    /** Something of a VM was put right, or does not get into its definition. */
    void warn(String line);

    /** What an administrator should know of this host when VMs start on it; may come again on a new connection. */
    default void hint(String line) {}
}
