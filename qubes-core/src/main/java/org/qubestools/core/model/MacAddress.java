package org.qubestools.core.model;

/** The rule for MAC addresses: six pairs of hex digits with colons; the case is kept as written. */
public final class MacAddress {
    private MacAddress() {}

    public static boolean isValid(String untrusted) {
        if (untrusted.length() != 17) {
            return false;
        }
        for (int i = 0; i < 17; i++) {
            char c = untrusted.charAt(i);
            boolean hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
            if (i % 3 == 2 ? c != ':' : !hex) {
                return false;
            }
        }
        return true;
    }

    /** {@code 00:16:3E:5E:6C:QQ}, the address of a VM without one of its own. */
    public static String ofQid(int qid) {
        String hex = "0123456789ABCDEF";
        return "00:16:3E:5E:6C:" + hex.charAt(qid >> 4 & 15) + hex.charAt(qid & 15);
    }
}
