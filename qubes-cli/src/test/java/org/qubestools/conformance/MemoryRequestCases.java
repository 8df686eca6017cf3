package org.qubestools.conformance;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.qubestools.core.runtime.MemoryAmount;

/** What the memory manager is asked for: by the formula, and for a VM in a store where one can have the figures. */
final class MemoryRequestCases implements RuntimeGroup {
    private static final long MIB = 1024L * 1024;
    private static final long STUB_MIB = 44;

    @Override
    public void run(String name, Map<String, Object> recording, Path temporary, Report report) {
        List<Object> cases = RuntimeCases.cases(recording);
        for (int i = 0; i < cases.size(); i++) {
            Map<String, Object> recorded = JsonTree.map(cases.get(i));
            report.check(RuntimeCases.name(name, recorded, i), () -> compare(recorded));
        }
    }

    private static List<String> compare(Map<String, Object> recorded) {
        long memory = JsonTree.number(recorded.get("memoryMiB"));
        int vcpus = JsonTree.number(recorded.get("vcpus"));
        long expected = JsonTree.number(recorded.get("request"));
        boolean given = recorded.get("memRequired") != null;
        long bytes = given ? JsonTree.number(recorded.get("memRequired")) : memory * MIB;
        List<String> differences = new ArrayList<>();
        differ(differences, "by the formula", MemoryAmount.bytes(bytes, vcpus), expected);
        if (vcpus > 0) {
            String element = given ? "QubesHVm" : "QubesAppVm";
            long stored = given ? bytes / MIB - STUB_MIB : memory;
            String store = "<QubesVmCollection><" + element + " qid=\"5\" name=\"work\" label=\"red\""
                    + " template_qid=\"none\" memory=\"" + stored + "\" vcpus=\"" + vcpus + "\"/></QubesVmCollection>";
            long asked = MemoryAmount.bytes(RuntimeCases.vm(Map.of("store", store, "vm", "work")));
            differ(differences, "for a VM", asked, expected);
        }
        return differences;
    }

    private static void differ(List<String> differences, String what, long found, long expected) {
        if (found != expected) {
            differences.add("request " + what + " is " + found + ", not " + expected);
        }
    }
}
