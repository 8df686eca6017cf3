package org.qubestools.cli.frame;

import org.qubestools.core.error.ErrorKind;

/** The exit codes of every tool; listed in docs/exit-codes.md. */
public final class ExitCode {
    public static final int OK = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;

    private ExitCode() {}

    /** The code of an error kind. */
    public static int of(ErrorKind kind) {
        return switch (kind) {
            case FAILED, NO_SUCH_VM, NO_SUCH_PROPERTY, INVALID_VALUE, WRONG_STATE, IN_USE -> FAILED;
            case USAGE -> USAGE;
            case PARTIAL -> 3;
            case STORE_MISSING, STORE_CORRUPT -> 10;
            case STORE_LOCKED -> 11;
            case BAD_PASSPHRASE -> 12;
            case CORRUPT_BACKUP -> 13;
            case OFFLINE -> 14;
            case VMM_UNREACHABLE -> 15;
            case CANCELLED -> 130;
        };
    }
}
