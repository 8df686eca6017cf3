package org.qubestools.conformance;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmView;
import org.qubestools.core.runtime.DbEntry;
import org.qubestools.core.runtime.EntryFacts;
import org.qubestools.core.runtime.FirewallBlock;
import org.qubestools.core.runtime.QubesDbEntries;

/** All that a VM finds in its QubesDB when it starts, in order; without the header of the firewall, which has a date. */
final class QubesDbEntryCases implements RuntimeGroup {
    private static final String HEADER = "/qubes-iptables-header";
    private static final String SEED = "/qubes-random-seed";
    private static final String ANY_SEED = "<88 characters of base64>";

    @Override
    public void run(String name, Map<String, Object> recording, Path temporary, Report report) {
        List<Object> cases = RuntimeCases.cases(recording);
        for (int i = 0; i < cases.size(); i++) {
            Map<String, Object> recorded = JsonTree.map(cases.get(i));
            report.check(RuntimeCases.name(name, recorded, i), () -> compare(recorded, temporary));
        }
    }

    private static List<String> compare(Map<String, Object> recorded, Path temporary) {
        List<String> found = new ArrayList<>();
        for (DbEntry entry : entries(recorded, temporary, found)) {
            if (!entry.key().equals(HEADER)) {
                found.add(entry.key() + " = " + shown(entry));
            }
        }
        List<String> expected = new ArrayList<>();
        for (Object write : JsonTree.list(recorded.get("writes"))) {
            List<Object> pair = JsonTree.list(write);
            if (!HEADER.equals(pair.get(0))) {
                expected.add(pair.get(0) + " = " + pair.get(1));
            }
        }
        return LineDifference.of(found, expected);
    }

    /** {@code warnings}: nobody has rules that cannot be used. */
    private static List<DbEntry> entries(Map<String, Object> recorded, Path temporary, List<String> warnings) {
        VmView vm = RuntimeCases.vm(recorded);
        Object timeZone = recorded.get("timezone");
        String zone = timeZone == null ? null : String.valueOf(timeZone);
        EntryFacts facts = new EntryFacts(zone, EntryFacts.newSeed(new SecureRandom()), false);
        List<DbEntry> entries = new ArrayList<>(QubesDbEntries.of(vm, facts));
        if (vm.vm().vmClass() == VmClass.PROXY) {
            Map<String, Integer> running = new HashMap<>();
            running.put(vm.vm().name(), JsonTree.number(recorded.get("domainId")));
            QubesVm netvm = vm.vms().netvm(vm.vm()).vm();
            if (netvm != null) {
                running.put(netvm.name(), JsonTree.number(recorded.get("netvmDomainId")));
            }
            FirewallBlock blocks =
                    new FirewallBlock(path -> temporary.resolve(path.substring(1)), Clock.systemUTC(), warnings::add);
            entries.addAll(blocks.of(vm, other -> running.get(other.name())));
        }
        return entries;
    }

    private static String shown(DbEntry entry) {
        boolean seed = entry.key().equals(SEED)
                && entry.value() != null
                && entry.value().matches("[A-Za-z0-9+/]{86}==");
        return seed ? ANY_SEED : String.valueOf(entry.value());
    }
}
