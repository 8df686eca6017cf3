package org.qubestools.devices;

import org.qubestools.core.error.ErrorKind;

/** What can be wrong with a device, its name or a request; every one ends a tool with exit code 1. */
public enum DeviceError {
    VM_NOT_RUNNING(ErrorKind.WRONG_STATE),
    DOM0_TARGET(ErrorKind.INVALID_VALUE),
    SELF_ATTACH(ErrorKind.INVALID_VALUE),
    INVALID_MODE(ErrorKind.INVALID_VALUE),
    READ_ONLY_DEVICE(ErrorKind.INVALID_VALUE),
    INVALID_FRONTEND(ErrorKind.INVALID_VALUE),
    FRONTEND_BUSY(ErrorKind.IN_USE),
    NO_FREE_FRONTEND(ErrorKind.IN_USE),
    ALREADY_ATTACHED(ErrorKind.IN_USE),
    /** A disk and one of its partitions would be written by two VMs. */
    OVERLAP(ErrorKind.IN_USE),
    /** A disk of the VM's own definition. */
    SYSTEM_DISK(ErrorKind.IN_USE),
    /** The guest did not let go in time. */
    DETACH_TIMEOUT(ErrorKind.FAILED),
    /** The driver takes devices of dom0 only. */
    UNSUPPORTED_BACKEND(ErrorKind.INVALID_VALUE),
    NOT_A_BLOCK_DEVICE(ErrorKind.INVALID_VALUE),
    NO_SUCH_FILE(ErrorKind.INVALID_VALUE),
    INVALID_PCI_ADDRESS(ErrorKind.INVALID_VALUE),
    PCI_IN_USE(ErrorKind.IN_USE),
    /** The VM lacks the package that USB devices come through. */
    USB_PROXY_MISSING(ErrorKind.FAILED),
    INVALID_SIZE(ErrorKind.INVALID_VALUE),
    INVALID_DRIVE(ErrorKind.INVALID_VALUE),
    INVALID_NAME(ErrorKind.INVALID_VALUE),
    /** Digits only: the number of a device, not its name. */
    NUMERIC_DEVID(ErrorKind.INVALID_VALUE),
    /** Xen has no frontend number for this name. */
    NO_VDEV(ErrorKind.INVALID_VALUE),
    /** No name has this frontend number. */
    UNKNOWN_VDEV(ErrorKind.INVALID_VALUE),
    MISSING_VM(ErrorKind.INVALID_VALUE),
    INVALID_DEVICE(ErrorKind.INVALID_VALUE),
    PATH_NOT_ABSOLUTE(ErrorKind.INVALID_VALUE),
    /** Whatever else libvirt refused. */
    LIBVIRT(ErrorKind.FAILED);

    private final ErrorKind kind;

    DeviceError(ErrorKind kind) {
        this.kind = kind;
    }

    /** The kind by which the command line chooses the exit code. */
    public ErrorKind kind() {
        return kind;
    }
}
