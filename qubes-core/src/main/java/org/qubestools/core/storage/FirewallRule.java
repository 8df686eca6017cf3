package org.qubestools.core.storage;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.xml.MalformedXml;

/**
 * One rule of a firewall, whose action is the opposite of the policy.
 *
 * @param host an IPv4 address or the name of a host as it was written
 * @param bits of the network, 0 to 32; 32 with a name
 * @param proto {@code any}, {@code tcp}, {@code udp} or {@code icmp}
 * @param firstPort 1 to 65535, or 0 for every port
 * @param lastPort the same as {@code firstPort} for a single one
 * @param expire seconds since 1970 after which it counts no more, or null
 */
public record FirewallRule(
        String host,
        int bits,
        String proto,
        int firstPort,
        int lastPort,
        @Nullable Long expire) {
    public static final int ALL_BITS = 32;
    public static final int MAX_PORT = 65535;
    private static final int MAX_HOST = 253;

    public FirewallRule {
        if (bits < 0 || bits > ALL_BITS || (bits != ALL_BITS && !isAddress(host))) {
            throw new IllegalArgumentException("not a network");
        }
    }

    /** A rule from its parts, any of which may be unusable. */
    public static FirewallRule of(
            String host, int bits, String untrustedProto, int firstPort, int lastPort, @Nullable Long expire)
            throws MalformedXml {
        if (!isAddress(host) && !isHostName(host)) {
            throw new MalformedXml("a rule is for something else than an IPv4 address or the name of a host");
        }
        if (bits < 0 || bits > ALL_BITS || (bits != ALL_BITS && !isAddress(host))) {
            throw new MalformedXml("a rule is for something that is no network");
        }
        boolean known =
                switch (untrustedProto) {
                    case "any", "tcp", "udp" -> true;
                    case "icmp" -> firstPort == 0;
                    default -> false;
                };
        if (!known) {
            throw new MalformedXml("a rule is for another protocol");
        }
        if (firstPort > lastPort || lastPort > MAX_PORT) {
            throw new MalformedXml("the ports of a rule are no range");
        }
        return new FirewallRule(host, bits, untrustedProto, firstPort, lastPort, expire);
    }

    public boolean hasAddress() {
        return isAddress(host);
    }

    private static boolean isAddress(String text) {
        String[] parts = text.split("\\.", -1);
        for (String part : parts) {
            boolean good =
                    part.length() >= 1 && part.length() <= 3 && part.chars().allMatch(c -> c >= '0' && c <= '9');
            boolean octal = part.length() > 1 && part.charAt(0) == '0'; // some readers take it for that
            if (!good || octal || Integer.parseInt(part) > 255) {
                return false;
            }
        }
        return parts.length == 4;
    }

    private static boolean isLetter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isDigitOrDot(int c) {
        return (c >= '0' && c <= '9') || c == '.';
    }

    private static boolean isHostName(String text) {
        boolean numeric = text.chars().allMatch(FirewallRule::isDigitOrDot);
        boolean plain = text.chars().allMatch(c -> isLetter(c) || isDigitOrDot(c) || c == '-' || c == '_');
        return !numeric && plain && text.length() <= MAX_HOST && text.charAt(0) != '-';
    }
}
