package org.qubestools.devices;

import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.vmm.DriverRefusal;

/** What the running system failed with, as errors of devices. */
final class DeviceFailures {
    /** Libvirt's numbers: of a failed operation, of a definition, of a state that does not allow it. */
    static final int OPERATION_FAILED = 9;

    static final int XML_ERROR = 27;
    private static final int NO_DOMAIN = 42;
    private static final int OPERATION_INVALID = 55;

    private DeviceFailures() {}

    static DeviceException notRunning(String vm) {
        return DeviceException.of(DeviceError.VM_NOT_RUNNING, "VM '" + SafeText.of(vm) + "' does not run")
                .hint("start it with 'qvm-start " + SafeText.of(vm) + "'")
                .vm(vm)
                .build();
    }

    /**
     * The failure of an act on a VM. What has nothing to do with the device, such as a lost connection, stays as it is.
     *
     * @param vm the one that was acted on
     */
    static QubesException of(QubesException failure, String vm, DeviceHost host) {
        if (failure.kind() == ErrorKind.WRONG_STATE) {
            return notRunning(vm);
        }
        if (!(failure instanceof DriverRefusal refusal)) {
            return failure;
        }
        boolean mayHaveStopped = refusal.code() == NO_DOMAIN || refusal.code() == OPERATION_INVALID;
        if (mayHaveStopped && !host.isRunning(vm)) {
            return notRunning(vm);
        }
        DeviceException.Builder error = DeviceException.of(DeviceError.LIBVIRT, String.valueOf(refusal.getMessage()))
                .vm(vm)
                .libvirtCode(refusal.code())
                .cause(refusal);
        refusal.hint().ifPresent(error::hint);
        return error.build();
    }
}
