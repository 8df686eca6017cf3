package org.qubestools.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.qubestools.core.libvirt.ProfileTexts;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmView;
import org.qubestools.core.runtime.PowerState;
import org.qubestools.core.runtime.VmStatuses;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.FakeVmm;
import org.qubestools.core.vmm.LazyVmm;

/** The word for the state of an AppVM whose domain is in a state of libvirt's, with and without daemons' marks. */
final class PowerStateCases implements RuntimeGroup {
    private static final int ID = 7;
    private static final String STORE =
            "<QubesVmCollection><QubesAppVm qid=\"4\" name=\"work\" label=\"red\" template_qid=\"none\"/>"
                    + "</QubesVmCollection>";

    @Override
    public void run(String name, Map<String, Object> recording, Path temporary, Report report) {
        List<Object> cases = RuntimeCases.cases(recording);
        for (int i = 0; i < cases.size(); i++) {
            Map<String, Object> recorded = JsonTree.map(cases.get(i));
            Path runDir = temporary.resolve("run" + i);
            report.check(RuntimeCases.name(name, recorded, i), () -> compare(recorded, runDir));
        }
    }

    private static List<String> compare(Map<String, Object> recorded, Path runDir) throws IOException {
        Files.createDirectories(runDir);
        if (Boolean.TRUE.equals(recorded.get("guidAndQrexec"))) {
            Files.createFile(runDir.resolve("guid-running." + ID));
            Files.createFile(runDir.resolve("qrexec.work"));
        }
        FakeVmm vmm = new FakeVmm(new HostInfo(8192, 4));
        if (!Boolean.TRUE.equals(recorded.get("noSuchDomain"))) {
            vmm.with(domain(recorded));
        }
        VmView view = RuntimeCases.vm(Map.of("store", STORE, "vm", "work"));
        QubesVm vm = view.vm();
        VmStatuses statuses = VmStatuses.look(
                LazyVmm.connectingBy(() -> vmm), path -> runDir.resolve(path.substring("/var/run/qubes/".length())));
        PowerState state = statuses.state(view.vms(), vm);
        List<String> differences = new ArrayList<>();
        differ(differences, "word", recorded.get("word"), state.word());
        differ(differences, "isRunning", recorded.get("isRunning"), statuses.isRunning(vm));
        differ(differences, "isPaused", recorded.get("isPaused"), state == PowerState.PAUSED);
        return differences;
    }

    private static DomainSnapshot domain(Map<String, Object> recorded) {
        boolean active = Boolean.TRUE.equals(recorded.get("active"));
        DomainState state =
                active ? ProfileTexts.state(JsonTree.number(recorded.get("libvirtState"))) : DomainState.SHUTOFF;
        return new DomainSnapshot("work", "", active, active ? ID : -1, state, 0, 0);
    }

    private static void differ(List<String> differences, String what, Object expected, Object found) {
        if (!found.equals(expected)) {
            differences.add(what + " is " + found + ", not " + expected);
        }
    }
}
