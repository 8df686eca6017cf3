package org.qubestools.backup.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** R3's form of a firewall: a {@code QubesFirewallRules} element. */
final class R3Firewall {
    static final String ROOT = "QubesFirewallRules";

    private R3Firewall() {}

    /** Reads it as the originals do: every flag but {@code allow} denies. */
    static Firewall read(XmlElement root) throws MalformedXml {
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
        int last = number(rule, "toport", FirewallRule.MAX_PORT, first);
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

    static XmlElement write(Firewall firewall) {
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
