package org.qubestools.backup.format;

import java.util.List;

/**
 * The firewall of one VM as R3 knows it: a list of exceptions to one policy.
 *
 * @param allow the policy: what no rule names may pass
 * @param dns the VM may ask its name servers
 * @param icmp the VM may send ICMP
 * @param updates the VM may use the proxy for updates; R4 has no such thing in its rules
 * @param rules each with the action that the policy is not
 */
record Firewall(boolean allow, boolean dns, boolean icmp, boolean updates, List<FirewallRule> rules) {
    static final Firewall DENY_EVERYTHING = new Firewall(false, false, false, false, List.of());

    Firewall {
        rules = List.copyOf(rules);
    }
}
