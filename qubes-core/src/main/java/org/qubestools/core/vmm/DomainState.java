package org.qubestools.core.vmm;

/** State of an active domain, as libvirt tells it. */
public enum DomainState {
    RUNNING,
    BLOCKED,
    PAUSED,
    SHUTDOWN,
    SHUTOFF,
    CRASHED,
    PMSUSPENDED,
    NOSTATE
}
