package org.qubestools.backup.format;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.storage.Firewall;
import org.qubestools.core.storage.FirewallRule;
import org.qubestools.core.xml.Digits;
import org.qubestools.core.xml.MalformedXml;
import org.qubestools.core.xml.XmlElement;

/** R4's form of a firewall: a list of rules, the first that fits decides, nothing fitting means drop. */
final class R4Firewall {
    static final String ROOT = "firewall";
    private static final String VERSION = "2";
    private static final String ANYWHERE = "0.0.0.0";
    private static final Set<String> KNOWN =
            Set.of("action", "dsthost", "proto", "dstports", "expire", "specialtarget", "comment");

    private final List<FirewallRule> rules = new ArrayList<>();
    private @Nullable Boolean allow;
    private @Nullable Boolean dns;
    private @Nullable Boolean icmp;
    private @Nullable Boolean ruleAction;

    private R4Firewall() {}

    static XmlElement write(Firewall firewall) {
        XmlElement root = new XmlElement(ROOT).with("version", VERSION);
        XmlElement list = root.adding(new XmlElement("rules"));
        property(rule(list, firewall.dns()), "specialtarget", "dns");
        property(rule(list, firewall.icmp()), "proto", "icmp");
        for (FirewallRule rule : firewall.rules()) {
            if (rule.firstPort() != 0 && rule.proto().equals("any")) {
                write(list, !firewall.allow(), rule, "tcp"); // R4 knows no ports without a protocol
                write(list, !firewall.allow(), rule, "udp");
            } else {
                write(list, !firewall.allow(), rule, rule.proto());
            }
        }
        rule(list, firewall.allow());
        return root;
    }

    private static void write(XmlElement list, boolean accept, FirewallRule rule, String proto) {
        XmlElement properties = rule(list, accept);
        property(properties, "dsthost", rule.hasAddress() ? rule.host() + "/" + rule.bits() : rule.host());
        if (!proto.equals("any")) {
            property(properties, "proto", proto);
        }
        if (rule.firstPort() != 0) {
            String last = rule.lastPort() == rule.firstPort() ? "" : "-" + rule.lastPort();
            property(properties, "dstports", rule.firstPort() + last);
        }
        if (rule.expire() != null) {
            property(properties, "expire", String.valueOf(rule.expire()));
        }
    }

    private static XmlElement rule(XmlElement list, boolean accept) {
        XmlElement properties = list.adding(new XmlElement("rule")).adding(new XmlElement("properties"));
        property(properties, "action", accept ? "accept" : "drop");
        return properties;
    }

    private static void property(XmlElement properties, String name, String value) {
        properties.with(XmlElement.named("property", name, value));
    }

    /** Reads a list that is plain: exceptions to one policy, DNS and ICMP; anything else is refused with the reason. */
    static Firewall read(XmlElement root) throws MalformedXml {
        if (!VERSION.equals(root.attribute("version"))) {
            throw new MalformedXml("it is of another version");
        }
        R4Firewall reading = new R4Firewall();
        for (XmlElement rule : root.grandchildren("rules", "rule")) {
            reading.rule(properties(rule));
        }
        return reading.firewall();
    }

    /** True if a rule has a comment, which R3 cannot keep. */
    static boolean hasComments(XmlElement root) {
        return root.grandchildren("rules", "rule").stream()
                .flatMap(rule -> rule.grandchildren("properties", "property").stream())
                .anyMatch(property -> "comment".equals(property.attribute("name")));
    }

    private static Map<String, String> properties(XmlElement rule) throws MalformedXml {
        Map<String, String> properties = new HashMap<>();
        for (XmlElement property : rule.grandchildren("properties", "property")) {
            String name = Objects.requireNonNullElse(property.attribute("name"), "");
            if (!KNOWN.contains(name) || properties.put(name, property.text().strip()) != null) {
                throw new MalformedXml("a rule has a property that is not known here");
            }
        }
        properties.remove("comment");
        return properties;
    }

    private void rule(Map<String, String> properties) throws MalformedXml {
        if (allow != null) {
            throw new MalformedXml("a rule follows the one that fits everything");
        }
        boolean accept = isAccept(Objects.requireNonNullElse(properties.remove("action"), ""));
        if (properties.isEmpty()) {
            allow = accept;
        } else if (properties.equals(Map.of("specialtarget", "dns"))) {
            dns = same(dns, accept);
        } else if (properties.equals(Map.of("proto", "icmp"))) {
            icmp = same(icmp, accept);
        } else {
            ruleAction = same(ruleAction, accept);
            rules.add(plain(properties));
        }
    }

    private static boolean isAccept(String action) throws MalformedXml {
        return switch (action) {
            case "accept" -> true;
            case "drop" -> false;
            default -> throw new MalformedXml("a rule has another action than accept and drop");
        };
    }

    private static boolean same(@Nullable Boolean before, boolean accept) throws MalformedXml {
        if (before != null && before != accept) {
            throw new MalformedXml("its rules are no exceptions to one policy");
        }
        return accept;
    }

    private static FirewallRule plain(Map<String, String> properties) throws MalformedXml {
        if (properties.containsKey("specialtarget")) {
            throw new MalformedXml("a rule has a special target");
        }
        String host = properties.getOrDefault("dsthost", ANYWHERE + "/0");
        int slash = host.indexOf('/');
        int bits = slash < 0 ? FirewallRule.ALL_BITS : Digits.number(host.substring(slash + 1), FirewallRule.ALL_BITS);
        String ports = properties.get("dstports");
        int first = ports == null ? 0 : port(ports, true);
        if (ports != null && (first == 0 || !properties.containsKey("proto"))) {
            throw new MalformedXml("a rule has ports that R3 cannot hold");
        }
        String expire = properties.get("expire");
        return FirewallRule.of(
                slash < 0 ? host : host.substring(0, slash),
                bits,
                properties.getOrDefault("proto", "any"),
                first,
                ports == null ? 0 : port(ports, false),
                expire == null ? null : Digits.number(expire));
    }

    /** One end of {@code A} or {@code A-B}. */
    private static int port(String ports, boolean first) throws MalformedXml {
        int dash = ports.indexOf('-');
        String end = dash < 0 ? ports : first ? ports.substring(0, dash) : ports.substring(dash + 1);
        return Digits.number(end, FirewallRule.MAX_PORT);
    }

    private Firewall firewall() throws MalformedXml {
        boolean policy = allow != null && allow;
        if (ruleAction != null && ruleAction == policy) {
            throw new MalformedXml("its rules are no exceptions to one policy");
        }
        return new Firewall(
                policy,
                Objects.requireNonNullElse(dns, policy),
                Objects.requireNonNullElse(icmp, policy),
                false,
                rules);
    }
}
