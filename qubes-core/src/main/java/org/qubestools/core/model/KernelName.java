package org.qubestools.core.model;

import org.jspecify.annotations.Nullable;

/** The rule for names of kernel directories. */
public final class KernelName {
    private KernelName() {}

    /** Why this text cannot name a directory below {@code vm-kernels}; null if it can. */
    public static @Nullable String reasonAgainst(String untrusted) {
        if (untrusted.isEmpty()) {
            return "it is empty";
        }
        if (untrusted.indexOf('/') >= 0 || untrusted.contains("..") || untrusted.equals(".")) {
            return "it could lead out of the directory of kernels";
        }
        for (int i = 0; i < untrusted.length(); i++) {
            if (untrusted.charAt(i) < 0x20 || untrusted.charAt(i) == 0x7f) {
                return "it has a control character";
            }
        }
        return null;
    }
}
