package org.qubestools.core.runtime;

import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.VmAddresses;
import org.qubestools.core.storage.Firewall;
import org.qubestools.core.storage.FirewallRule;

/** The rules of one VM as its ProxyVM gets them: input of iptables-restore. */
final class FirewallText {
    private static final String UPDATES_PROXY = " -p tcp -d 10.137.255.254 --dport 8082";
    private static final String ACCEPT = "ACCEPT";
    private static final String DROP = "DROP";
    private static final String REJECT = "REJECT --reject-with icmp-host-prohibited";

    private final StringBuilder out = new StringBuilder("*filter\n");
    private final String ip;

    private FirewallText(String ip) {
        this.ip = ip;
    }

    /** The rules for the VM with this address; {@code netvm} is the netvm of its ProxyVM, whose DNS it may ask. */
    static String of(String ip, Firewall firewall, @Nullable VmAddresses netvm) {
        FirewallText text = new FirewallText(ip);
        String exception = firewall.allow() ? REJECT : ACCEPT;
        for (FirewallRule rule : firewall.rules()) {
            text.add(" -d " + network(rule) + protocol(rule), exception);
        }
        if (firewall.dns() && netvm != null) {
            text.dns("udp", netvm);
            text.dns("tcp", netvm);
        }
        if (firewall.icmp()) {
            text.add(" -p icmp", ACCEPT);
        }
        text.add(UPDATES_PROXY, firewall.updates() ? ACCEPT : DROP);
        text.add("", firewall.allow() ? ACCEPT : REJECT);
        return text.out.append("COMMIT\n").toString();
    }

    private void dns(String protocol, VmAddresses netvm) {
        for (String server : new String[] {netvm.gateway(), netvm.secondaryDns()}) {
            if (server != null) {
                add(" -p " + protocol + " -d " + server + " --dport 53", ACCEPT);
            }
        }
    }

    private static String network(FirewallRule rule) {
        return rule.bits() == FirewallRule.ALL_BITS ? rule.host() : rule.host() + "/" + rule.bits();
    }

    /** Ports count only with a protocol that has them. */
    private static String protocol(FirewallRule rule) {
        if (rule.proto().equals("any")) {
            return "";
        }
        if (rule.firstPort() == 0) {
            return " -p " + rule.proto();
        }
        String range = rule.lastPort() > rule.firstPort() ? ":" + rule.lastPort() : "";
        return " -p " + rule.proto() + " --dport " + rule.firstPort() + range;
    }

    private void add(String match, String action) {
        out.append("-A FORWARD -s ")
                .append(ip)
                .append(match)
                .append(" -j ")
                .append(action)
                .append('\n');
    }
}
