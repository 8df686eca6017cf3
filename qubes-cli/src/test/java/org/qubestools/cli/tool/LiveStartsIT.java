package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;

/** Several real VMs by one command line. */
final class LiveStartsIT extends LiveVmsTest {
    private static final int SOME = 3;
    private static final String STARTS = "qvm-start: starting VM '%s'";

    @BeforeEach
    void makeMore() throws IOException {
        vms.made("qvm-create", "-q", "-l", "green", "--property", "netvm=sys-net", "mail");
        vms.made("qvm-create", "-q", "-l", "green", "--property", "netvm=sys-net", "web");
        vms.made("qvm-create", "-q", "-l", "gray", "--standalone", "--property", "netvm=none", "broken");
        for (String vm : List.of("mail", "web", "broken")) {
            vms.small(vm);
        }
        Files.delete(vms.root().resolve("var/lib/qubes/appvms/broken/root.img"));
    }

    @Test
    void oneThatCannotStartIsToldInItsPlaceAndHoldsUpNoOther() {
        Outcome started = vms.tools().run("qvm-start mail broken web work");

        assertThat(started.code()).as(started.err()).isEqualTo(SOME);
        assertThat(started.out()).isEmpty();
        List<String> lines = new ArrayList<>(started.err().lines().toList());
        int netvm = lines.indexOf(STARTS.formatted("sys-net"));
        assertThat(lines.get(netvm + 1)).isIn(STARTS.formatted("mail"), STARTS.formatted("web"));
        lines.remove(netvm);
        assertThat(lines).hasSize(4);
        assertThat(lines.remove(1)).contains("broken", "/var/lib/qubes/appvms/broken/root.img");
        assertThat(lines).containsExactly(STARTS.formatted("mail"), STARTS.formatted("web"), STARTS.formatted("work"));
        List<String> running = List.of("mail", "web", "work", "sys-net");
        for (String vm : running) {
            assertThat(vms.state(vm)).isEqualTo("Running");
            assertThat(vms.console(vm, "GUEST-UP")).contains(" boots=1 root=clean ");
            vms.console(vm, "GUEST-QDB /name=" + vm);
        }
        assertThat(vms.inGuest("web", "ls /sys/class/net")).contains("eth0");
        assertThat(vms.inGuest("work", "ls /sys/class/net")).doesNotContain("eth0");
        assertThat(vms.state("broken")).isEqualTo("Halted");
        assertThat(vms.filesOfRun("broken")).isEmpty();

        vms.done("qvm-shutdown -q --all --wait");

        for (String vm : running) {
            assertThat(vms.state(vm)).isEqualTo("Halted");
            assertThat(vms.filesOfRun(vm)).isEmpty();
        }
    }
}
