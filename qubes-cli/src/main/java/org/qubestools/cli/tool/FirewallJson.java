package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.output.JsonInput;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.storage.Firewall;
import org.qubestools.core.storage.FirewallRule;
import org.qubestools.core.xml.MalformedXml;

/** The firewall of a VM as a JSON object, and back again. */
final class FirewallJson {
    private FirewallJson() {}

    static Map<String, @Nullable Object> write(String vm, boolean stored, Firewall firewall) {
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        result.put("type", "firewall");
        result.put("vm", vm);
        result.put("stored", stored);
        result.put("policy", firewall.allow() ? "allow" : "deny");
        result.put("icmp", firewall.icmp());
        result.put("dns", firewall.dns());
        result.put("yum_proxy", firewall.updates());
        List<Object> rules = new ArrayList<>();
        for (FirewallRule rule : firewall.rules()) {
            Map<String, @Nullable Object> entry = new LinkedHashMap<>();
            entry.put("address", rule.host());
            entry.put("bits", rule.hasAddress() ? Long.valueOf(rule.bits()) : null);
            entry.put("proto", rule.proto());
            entry.put("first_port", rule.firstPort() == 0 ? null : Long.valueOf(rule.firstPort()));
            entry.put("last_port", rule.firstPort() == 0 ? null : Long.valueOf(rule.lastPort()));
            entry.put("expires", rule.expire());
            rules.add(entry);
        }
        result.put("rules", rules);
        return result;
    }

    /** What {@link #write} wrote, of whatever VM; what is left out is denied. INVALID_VALUE if it is something else. */
    static Firewall read(byte[] untrusted) {
        Map<?, ?> object = map(JsonInput.parse(untrusted));
        Object policy = object.get("policy");
        if (!"allow".equals(policy) && !"deny".equals(policy)) {
            throw bad("policy");
        }
        List<FirewallRule> rules = new ArrayList<>();
        if (!(object.get("rules") instanceof List<?> all)) {
            throw bad("rules");
        }
        for (Object rule : all) {
            rules.add(rule(map(rule)));
        }
        return new Firewall(
                "allow".equals(policy), flag(object, "dns"), flag(object, "icmp"), flag(object, "yum_proxy"), rules);
    }

    private static Map<?, ?> map(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new QubesException(ErrorKind.INVALID_VALUE, "the JSON text has something else where an object belongs");
    }

    private static boolean flag(Map<?, ?> object, String key) {
        Object value = object.get(key);
        if (value != null && !(value instanceof Boolean)) {
            throw bad(key);
        }
        return Boolean.TRUE.equals(value);
    }

    private static FirewallRule rule(Map<?, ?> rule) {
        if (!(rule.get("address") instanceof String host)) {
            throw bad("address");
        }
        if (!(rule.get("proto") instanceof String proto)) {
            throw bad("proto");
        }
        int first = number(rule, "first_port", FirewallRule.MAX_PORT, 0);
        int last = number(rule, "last_port", FirewallRule.MAX_PORT, first);
        boolean needsPorts = proto.equals("tcp") || proto.equals("udp");
        if (first == 0 && (last != 0 || needsPorts)) {
            throw bad("first_port"); // without it the rule would be for every port
        }
        Object expires = rule.get("expires");
        if (expires != null && !(expires instanceof Long seconds && seconds >= 0)) {
            throw bad("expires");
        }
        try {
            int bits = number(rule, "bits", FirewallRule.ALL_BITS, FirewallRule.ALL_BITS);
            return FirewallRule.of(host, bits, proto, first, last, (Long) expires);
        } catch (MalformedXml e) {
            throw new QubesException(ErrorKind.INVALID_VALUE, "the JSON text is no firewall: " + e.reason());
        }
    }

    private static int number(Map<?, ?> object, String key, int most, int otherwise) {
        Object value = object.get(key);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Long number && number >= 0 && number <= most) {
            return number.intValue();
        }
        throw bad(key);
    }

    private static QubesException bad(String key) {
        return new QubesException(
                ErrorKind.INVALID_VALUE,
                "the JSON text is no firewall: '" + key + "' is missing or wrong",
                "'qvm-firewall --export VM' shows the form");
    }
}
