package org.qubestools.conformance;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.qubestools.core.model.VmAddresses;

/** Addresses that follow from ids: by the formula, and of a VM in a store where one can have the number. */
final class AddressCases implements RuntimeGroup {
    @Override
    public void run(String name, Map<String, Object> recording, Path temporary, Report report) {
        List<Object> cases = RuntimeCases.cases(recording);
        for (int i = 0; i < cases.size(); i++) {
            Map<String, Object> recorded = JsonTree.map(cases.get(i));
            report.check(RuntimeCases.name(name, recorded, i), () -> compare(recorded));
        }
    }

    private static List<String> compare(Map<String, Object> recorded) {
        int netid = JsonTree.number(recorded.get("netid"));
        int number = JsonTree.number(recorded.get("number"));
        List<String> differences = new ArrayList<>();
        differ(differences, "ip", recorded, "ip", VmAddresses.ofQid(netid, number));
        differ(differences, "dispIp", recorded, "dispIp", VmAddresses.ofDispid(netid, number));
        if (netid > 0 && number > 0 && number <= 253) {
            int netvm = number == 1 ? 2 : 1;
            int disposable = number == 3 ? 4 : 3;
            String store = store(netvm, netid, number, disposable);
            differ(differences, "ip of a VM", recorded, "ip", ip(store, "work"));
            differ(differences, "ip of a DisposableVM", recorded, "dispIp", ip(store, "disp1"));
        }
        return differences;
    }

    /** A VM and a DisposableVM behind a NetVM; the one's qid is the other's dispid. */
    private static String store(int netvm, int netid, int number, int disposable) {
        return String.format("""
                <QubesVmCollection default_template="none" default_netvm="none">
                  <QubesNetVm qid="%1$d" name="net" netid="%2$d" label="red" template_qid="none"/>
                  <QubesAppVm qid="%3$d" name="work" label="red" template_qid="none" netvm_qid="%1$d"
                      uses_default_netvm="False"/>
                  <QubesDisposableVm qid="%4$d" name="disp1" label="red" template_qid="none" netvm_qid="%1$d"
                      uses_default_netvm="False" dispid="%3$d"/>
                </QubesVmCollection>
                """, netvm, netid, number, disposable);
    }

    private static String ip(String store, String vm) {
        return RuntimeCases.vm(Map.of("store", store, "vm", vm)).addresses().ip();
    }

    private static void differ(
            List<String> differences, String what, Map<String, Object> recorded, String key, String found) {
        String expected = String.valueOf(recorded.get(key));
        if (!expected.equals(found)) {
            differences.add(what + " is " + found + ", not " + expected);
        }
    }
}
