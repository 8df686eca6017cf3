package org.qubestools.core.libvirt;

/** What a call of libvirt failed with; leaves this package as a {@link org.qubestools.core.error.QubesException} only. */
final class LibvirtFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The call failed without a word why. */
    static final int NO_CODE = 0;

    static final int INTERNAL_ERROR = 1;
    static final int NO_SUPPORT = 3;
    static final int INVALID_ARG = 8;
    static final int OPERATION_FAILED = 9;
    static final int OS_TYPE = 16;
    static final int OPERATION_DENIED = 29;
    static final int NO_DOMAIN = 42;
    static final int AUTH_FAILED = 45;
    static final int NO_NODE_DEVICE = 53;
    static final int OPERATION_INVALID = 55;
    static final int ARGUMENT_UNSUPPORTED = 74;
    static final int OPERATION_UNSUPPORTED = 84;
    static final int AGENT_UNRESPONSIVE = 86;
    static final int ACCESS_DENIED = 88;
    static final int DEVICE_MISSING = 99;

    private final int code;
    private final String untrustedDetail;

    /** The message and the detail are libvirt's, not yet fit for a terminal. */
    LibvirtFailure(int code, String untrustedMessage, String untrustedDetail) {
        super(untrustedMessage);
        this.code = code;
        this.untrustedDetail = untrustedDetail;
    }

    int code() {
        return code;
    }

    /** The second text of the error; libvirt puts the name of an unknown thing there. */
    String untrustedDetail() {
        return untrustedDetail;
    }

    String untrustedMessage() {
        return String.valueOf(getMessage());
    }

    boolean isAny(int... codes) {
        for (int candidate : codes) {
            if (code == candidate) {
                return true;
            }
        }
        return false;
    }

    /** Whether a domain that is not there, not active or just dying may have caused it. */
    boolean mayMeanNotActive() {
        return isAny(NO_CODE, INTERNAL_ERROR, NO_DOMAIN, OPERATION_INVALID);
    }
}
