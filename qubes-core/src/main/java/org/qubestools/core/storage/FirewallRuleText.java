package org.qubestools.core.storage;

import java.util.List;
import java.util.Locale;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.xml.MalformedXml;

/**
 * A rule as users write it: {@code ADDRESS[/BITS] PROTO PORTS}, {@code ADDRESS PROTO/PORTS} or {@code ADDRESS any}. What has
 * only digits and dots is an IPv4 address; anything else a host name of labels of letters, digits and dashes.
 */
public final class FirewallRuleText {
    private static final String FORM = "write ADDRESS[/BITS] tcp|udp PORT[-PORT], or ADDRESS[/BITS] any";
    private static final int MAX_LABEL = 63;

    private FirewallRuleText() {}

    /**
     * The rule that these words are; INVALID_VALUE if they are none.
     *
     * @param names for ports that are named
     */
    public static FirewallRule parse(List<String> untrustedWords, ServiceNames names) {
        if (untrustedWords.size() < 2 || untrustedWords.size() > 3) {
            throw bad("a rule has an address, a protocol and ports");
        }
        String target = untrustedWords.get(0);
        String proto = untrustedWords.get(1);
        String ports = untrustedWords.size() == 3 ? untrustedWords.get(2) : "";
        int slash = proto.indexOf('/');
        if (slash >= 0 && ports.isEmpty()) {
            ports = proto.substring(slash + 1);
            proto = proto.substring(0, slash);
        }
        proto = proto.toLowerCase(Locale.ROOT);
        if (!List.of("tcp", "udp", "any").contains(proto)) {
            throw bad("'" + SafeText.of(proto) + "' is no protocol, which is tcp, udp or any");
        }
        if (proto.equals("any") != ports.isEmpty()) {
            throw bad(ports.isEmpty() ? "ports are missing" : "any takes no ports");
        }
        return rule(target, proto, ports, names);
    }

    private static FirewallRule rule(String target, String proto, String ports, ServiceNames names) {
        int slash = target.indexOf('/');
        String host = host(slash < 0 ? target : target.substring(0, slash));
        int bits = FirewallRule.ALL_BITS;
        if (slash >= 0) {
            bits = number(target.substring(slash + 1), FirewallRule.ALL_BITS);
            if (bits < 0 || !isNumeric(host)) {
                throw bad("'" + SafeText.of(target) + "' is no network");
            }
        }
        int first = 0;
        int last = 0;
        if (!ports.isEmpty()) {
            int dash = ports.indexOf('-');
            int from = dash < 0 ? 0 : port(ports.substring(0, dash));
            boolean range = from > 0;
            first = range ? from : onePort(ports, proto, names);
            last = range ? port(ports.substring(dash + 1)) : first;
            if (first == 0 || last < first) {
                throw bad(
                        "'" + SafeText.of(ports) + "' are no ports: numbers from 1 to 65535, or the name of a service");
            }
        }
        try {
            return FirewallRule.of(host, bits, proto, first, last, null);
        } catch (MalformedXml e) {
            throw bad(e.reason());
        }
    }

    private static int onePort(String text, String proto, ServiceNames names) {
        int number = port(text);
        return number == 0 ? names.port(text, proto) : number;
    }

    private static String host(String untrusted) {
        String host = untrusted.endsWith(".") ? untrusted.substring(0, untrusted.length() - 1) : untrusted;
        for (String label : host.split("\\.", -1)) {
            boolean good = !label.isEmpty() && label.length() <= MAX_LABEL;
            good = good && !label.startsWith("-") && !label.endsWith("-");
            if (!good || !label.chars().allMatch(FirewallRuleText::isOfLabel)) {
                throw bad("'" + SafeText.of(untrusted) + "' is no address and no name of a host");
            }
        }
        return host;
    }

    private static boolean isOfLabel(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    }

    private static boolean isNumeric(String host) {
        return host.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '.');
    }

    /** A port from its digits, or 0. */
    static int port(String digits) {
        return Math.max(0, number(digits, FirewallRule.MAX_PORT));
    }

    /** A number of at most five digits and not above {@code most}, or -1. */
    private static int number(String digits, int most) {
        boolean good =
                !digits.isEmpty() && digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        int number = good ? Integer.parseInt(digits) : -1;
        return number > most ? -1 : number;
    }

    private static QubesException bad(String what) {
        return new QubesException(ErrorKind.INVALID_VALUE, what, FORM);
    }

    /** The words of a rule, such that {@link #parse} makes the same of them if it is one that may be added. */
    public static String of(FirewallRule rule) {
        String target = rule.bits() == FirewallRule.ALL_BITS ? rule.host() : rule.host() + "/" + rule.bits();
        String ports = ports(rule);
        return target + " " + rule.proto() + (ports.isEmpty() ? "" : " " + ports);
    }

    private static String ports(FirewallRule rule) {
        if (rule.firstPort() == 0) {
            return "";
        }
        String first = String.valueOf(rule.firstPort());
        return rule.lastPort() == rule.firstPort() ? first : first + "-" + rule.lastPort();
    }
}
