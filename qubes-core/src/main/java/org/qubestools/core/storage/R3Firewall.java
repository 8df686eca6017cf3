package org.qubestools.core.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.xml.Digits;
import org.qubestools.core.xml.MalformedXml;
import org.qubestools.core.xml.XmlElement;

/** R3's form of a firewall: a {@code QubesFirewallRules} element. */
public final class R3Firewall {
    public static final String ROOT = "QubesFirewallRules";

    /** As R1 spelt it, and R2 until shortly before its release; nobody writes such a file anew until its rules change. */
    private static final String EARLY_ROOT = "QubesFirwallRules";

    private R3Firewall() {}

    /** Whether an element of this name holds rules in this form. */
    public static boolean isRoot(String name) {
        return name.equals(ROOT) || name.equals(EARLY_ROOT);
    }

    /** Reads it as the originals do: every flag but {@code allow} denies. */
    public static Firewall read(XmlElement root) throws MalformedXml {
        List<FirewallRule> rules = new ArrayList<>();
        for (XmlElement rule : root.children("rule")) {
            rules.add(rule(rule));
        }
        return new Firewall(
                isAllowed(root, "policy"),
                isAllowed(root, "dns"),
                isAllowed(root, "icmp"),
                isAllowed(root, "yumProxy"),
                rules);
    }

    private static boolean isAllowed(XmlElement root, String flag) {
        return "allow".equals(root.attribute(flag));
    }

    private static FirewallRule rule(XmlElement rule) throws MalformedXml {
        int first = number(rule, "port", FirewallRule.MAX_PORT, 0);
        // The originals took an end that is not above the beginning, and never used it.
        int last = Math.max(first, number(rule, "toport", FirewallRule.MAX_PORT, first));
        String proto = rule.attribute("proto");
        if (proto == null) {
            proto = first == 0 ? "any" : "tcp";
        }
        String expire = rule.attribute("expire");
        return FirewallRule.of(
                Objects.requireNonNullElse(rule.attribute("address"), ""),
                number(rule, "netmask", FirewallRule.ALL_BITS, FirewallRule.ALL_BITS),
                proto,
                first,
                first == 0 ? 0 : last,
                expire == null ? null : Digits.number(expire.strip()));
    }

    private static int number(XmlElement rule, String attribute, int most, int otherwise) throws MalformedXml {
        @Nullable String text = rule.attribute(attribute);
        return text == null ? otherwise : Digits.number(text.strip(), most);
    }

    public static XmlElement write(Firewall firewall) {
        XmlElement root = new XmlElement(ROOT)
                .with("policy", word(firewall.allow()))
                .with("dns", word(firewall.dns()))
                .with("icmp", word(firewall.icmp()))
                .with("yumProxy", word(firewall.updates()));
        for (FirewallRule rule : firewall.rules()) {
            root.with(element(rule));
        }
        return root;
    }

    private static XmlElement element(FirewallRule rule) {
        XmlElement element = new XmlElement("rule").with("address", rule.host()).with("proto", rule.proto());
        if (rule.bits() != FirewallRule.ALL_BITS) {
            element.with("netmask", String.valueOf(rule.bits()));
        }
        if (rule.firstPort() != 0) {
            element.with("port", String.valueOf(rule.firstPort()));
        }
        if (rule.lastPort() != rule.firstPort()) {
            element.with("toport", String.valueOf(rule.lastPort()));
        }
        if (rule.expire() != null) {
            element.with("expire", String.valueOf(rule.expire()));
        }
        return element;
    }

    private static String word(boolean allowed) {
        return allowed ? "allow" : "deny";
    }
}
