package org.qubestools.core.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** One change of a firewall. */
public sealed interface FirewallEdit {
    /**
     * The firewall as it is with it.
     *
     * @throws QubesException if that cannot be
     */
    Firewall apply(Firewall before);

    /** What no rule names may pass, or not. */
    record Policy(boolean allow) implements FirewallEdit {
        @Override
        public Firewall apply(Firewall before) {
            return new Firewall(allow, before.dns(), before.icmp(), before.updates(), before.rules());
        }
    }

    /** Name servers. */
    record Dns(boolean allow) implements FirewallEdit {
        @Override
        public Firewall apply(Firewall before) {
            return new Firewall(before.allow(), allow, before.icmp(), before.updates(), before.rules());
        }
    }

    /** ICMP. */
    record Icmp(boolean allow) implements FirewallEdit {
        @Override
        public Firewall apply(Firewall before) {
            return new Firewall(before.allow(), before.dns(), allow, before.updates(), before.rules());
        }
    }

    /** The proxy for updates. */
    record Updates(boolean allow) implements FirewallEdit {
        @Override
        public Firewall apply(Firewall before) {
            return new Firewall(before.allow(), before.dns(), before.icmp(), allow, before.rules());
        }
    }

    /**
     * A rule more.
     *
     * @param position the number that it gets; 0 for the last
     */
    record Add(FirewallRule rule, int position) implements FirewallEdit {
        @Override
        public Firewall apply(Firewall before) {
            List<FirewallRule> rules = new ArrayList<>(before.rules());
            if (position > rules.size()) {
                throw noSuch(String.valueOf(position), before);
            }
            rules.add(position == 0 ? rules.size() : position - 1, rule);
            return with(before, rules);
        }
    }

    /**
     * A rule less; when it expires does not count. Its words are those that {@link FirewallRuleText#of} has for it, also where
     * nobody could add it, or others that mean the same.
     */
    record Delete(List<String> untrustedWords, ServiceNames names) implements FirewallEdit {
        public Delete {
            untrustedWords = List.copyOf(untrustedWords);
        }

        @Override
        public Firewall apply(Firewall before) {
            int found = find(String.join(" ", untrustedWords), before);
            if (found < 0) {
                String text = FirewallRuleText.of(FirewallRuleText.parse(untrustedWords, names));
                found = find(text, before);
                if (found < 0) {
                    throw noSuch("'" + text + "'", before);
                }
            }
            List<FirewallRule> rules = new ArrayList<>(before.rules());
            rules.remove(found);
            return with(before, rules);
        }

        private static int find(String text, Firewall firewall) {
            for (int i = 0; i < firewall.rules().size(); i++) {
                if (FirewallRuleText.of(firewall.rules().get(i)).equalsIgnoreCase(text)) {
                    return i;
                }
            }
            return -1;
        }
    }

    /** Rules less, by the numbers that they have before any of them goes, from 1. */
    record DeleteNumbers(Set<Integer> numbers) implements FirewallEdit {
        public DeleteNumbers {
            numbers = Set.copyOf(numbers);
        }

        @Override
        public Firewall apply(Firewall before) {
            List<FirewallRule> rules = new ArrayList<>(before.rules());
            for (int number : new TreeSet<>(numbers).descendingSet()) {
                if (number < 1 || number > before.rules().size()) {
                    throw noSuch(String.valueOf(number), before);
                }
                rules.remove(number - 1);
            }
            return with(before, rules);
        }
    }

    /** Another firewall in its place. */
    record Replace(Firewall firewall) implements FirewallEdit {
        @Override
        public Firewall apply(Firewall before) {
            return firewall;
        }
    }

    private static Firewall with(Firewall before, List<FirewallRule> rules) {
        return new Firewall(before.allow(), before.dns(), before.icmp(), before.updates(), rules);
    }

    private static QubesException noSuch(String what, Firewall firewall) {
        int count = firewall.rules().size();
        return new QubesException(
                ErrorKind.INVALID_VALUE,
                "there is no rule " + what,
                count == 0 ? "there are no rules at all" : "'qvm-firewall -l -n' numbers the " + count + " there are");
    }
}
