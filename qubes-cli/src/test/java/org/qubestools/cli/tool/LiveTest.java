package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.LiveHost;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.runtime.FakeServices;
import org.qubestools.core.runtime.Steps;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.FakeVmm;
import org.qubestools.core.vmm.VmmTraits;

/** Command lines on a small store while there is a running system, all of it in memory. */
abstract class LiveTest {
    static final int SOME = 3;

    final Steps steps = new Steps();
    final FakeServices services = new FakeServices(steps);
    final LiveHost host = new LiveHost(services);
    FakeVmm vmm = new FakeVmm(new HostInfo(16000, 4)).loggingTo(steps);
    StoreTree tree;

    @BeforeEach
    void makeTree(@TempDir Path root) {
        tree = StoreTree.small(root).on(host, vmm);
    }

    /** Another driver. */
    void driver(VmmTraits traits) {
        vmm = new FakeVmm(new HostInfo(16000, 4), traits).loggingTo(steps);
        tree.on(host, vmm);
    }

    Outcome run(String commandLine) {
        return tree.run(commandLine);
    }

    /** The tool did it and said nothing. */
    void assertDone(String commandLine) {
        assertThat(run(commandLine)).isEqualTo(new Outcome(0, "", ""));
    }

    /** The tool left with this code and one line on standard error that has these words. */
    void assertFails(String commandLine, int code, String message) {
        Outcome outcome = run(commandLine);
        assertThat(outcome.err()).contains(message).hasLineCount(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.code()).isEqualTo(code);
    }

    void assertRefused(String commandLine, int code, String message) {
        List<String> before = List.copyOf(steps);
        assertFails(commandLine, code, message);
        assertThat(steps).isEqualTo(before);
    }

    /** A domain of the VM in this state, which it got in no way that is in {@link #steps}. */
    void domain(String vm, int id, DomainState state) {
        String uuid = ExpectedStore.small().value(vm, "uuid");
        boolean active = state != DomainState.SHUTOFF;
        vmm.with(new DomainSnapshot(vm, uuid, active, active ? id : -1, state, active ? 400 * 1024 : 0, 0));
    }

    void runs(String vm, int id) {
        domain(vm, id, DomainState.RUNNING);
        services.bringBackDatabase(vm);
    }

    DomainState state(String vm) {
        return vmm.domains().stream()
                .filter(domain -> domain.name().equals(vm))
                .map(DomainSnapshot::state)
                .findFirst()
                .orElseThrow();
    }
}
