package org.qubestools.core.storage;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.qubestools.core.model.VmClass;

/**
 * The firewall of one VM as R3 knows it: a list of exceptions to one policy.
 *
 * @param allow the policy: what no rule names may pass
 * @param dns the VM may ask its name servers
 * @param icmp the VM may send ICMP
 * @param updates the VM may use the proxy for updates; R4 has no such thing in its rules
 * @param rules each with the action that the policy is not
 */
public record Firewall(boolean allow, boolean dns, boolean icmp, boolean updates, List<FirewallRule> rules) {
    public static final Firewall DENY_EVERYTHING = new Firewall(false, false, false, false, List.of());

    public Firewall {
        rules = List.copyOf(rules);
    }

    /** What counts for a VM without a file of rules. */
    public static Firewall defaultOf(VmClass vmClass) {
        return vmClass == VmClass.TEMPLATE
                ? new Firewall(false, false, false, true, List.of())
                : new Firewall(true, true, true, false, List.of());
    }

    /** Whether any of its rules will count no more one day. */
    public boolean expires() {
        for (FirewallRule rule : rules) {
            if (rule.expire() != null) {
                return true;
            }
        }
        return false;
    }

    /** The same without the rules that count no more. */
    public Firewall withoutExpired(Instant now) {
        List<FirewallRule> left = new ArrayList<>();
        for (FirewallRule rule : rules) {
            if (rule.expire() == null || rule.expire() >= now.getEpochSecond()) {
                left.add(rule);
            }
        }
        return left.size() == rules.size() ? this : new Firewall(allow, dns, icmp, updates, left);
    }
}
