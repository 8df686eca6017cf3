package org.qubestools.conformance;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.qubestools.core.model.MacAddress;

/** The hardware address that follows from a qid: by the formula, and of a VM in a store where one can have the qid. */
final class MacCases implements RuntimeGroup {
    @Override
    public void run(String name, Map<String, Object> recording, Path temporary, Report report) {
        List<Object> cases = RuntimeCases.cases(recording);
        for (int i = 0; i < cases.size(); i++) {
            Map<String, Object> recorded = JsonTree.map(cases.get(i));
            report.check(RuntimeCases.name(name, recorded, i), () -> compare(recorded));
        }
    }

    private static List<String> compare(Map<String, Object> recorded) {
        int qid = JsonTree.number(recorded.get("qid"));
        String expected = String.valueOf(recorded.get("mac"));
        List<String> differences = new ArrayList<>();
        String formula = MacAddress.ofQid(qid);
        if (!expected.equals(formula)) {
            differences.add("mac is " + formula + ", not " + expected);
        }
        if (qid > 0 && qid <= 253) {
            String store = "<QubesVmCollection><QubesAppVm qid=\"" + qid
                    + "\" name=\"work\" label=\"red\" template_qid=\"none\"/></QubesVmCollection>";
            Map<String, Object> vm = Map.of("store", store, "vm", "work");
            String found = RuntimeCases.vm(vm).facts().mac();
            if (!expected.equals(found)) {
                differences.add("mac of a VM is " + found + ", not " + expected);
            }
        }
        return differences;
    }
}
