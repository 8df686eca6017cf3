package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.FakeVmm;
import org.qubestools.core.vmm.LazyVmm;

final class VmStatusesTest {
    private static final String STORE = """
            <QubesVmCollection>
              <QubesAppVm label="red" name="work" qid="1" template_qid="none" uuid="ABCDEF00-0000-4000-8000-00000000000A"/>
            </QubesVmCollection>
            """;

    @Test
    void aUuidInCapitalsIsThatOfItsDomain(@TempDir Path root) {
        RuntimeWorld world = RuntimeWorld.in(root, STORE);
        QubesVm work = world.vms().require("work");
        FakeVmm vmm =
                new FakeVmm(new HostInfo(8192, 4)).running("work", "abcdef00-0000-4000-8000-00000000000a", 7, 1024);
        LazyVmm lazy = LazyVmm.connectingBy(() -> vmm);

        assertThat(VmStatuses.look(lazy, world).xid(work)).isEqualTo(7);
        assertThat(VmStatuses.lookAt(lazy, world, world.vms(), List.of(work)).isRunning(work))
                .isTrue();
        assertThat(vmm.find(DomainKey.of(work))).isPresent();
    }
}
