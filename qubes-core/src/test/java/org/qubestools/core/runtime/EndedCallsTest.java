package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.vmm.VmmTraits;

/** Commands that are over before their input is ended: only their status tells how it went. */
final class EndedCallsTest {
    @Test
    void aCommandOfRootIsNoFailureForThat(@TempDir Path root) {
        try (StartWorld world = new StartWorld(root, VmmTraits.XEN)) {
            RootCommand commands = new RootCommand(new EndedCalls(""));

            assertThat(commands.run(world.vm("work"), "true")).isEqualTo(new RootCommand.Ended(0, ""));
        }
    }

    @Test
    void aClockVmThatAnswersAtOnceIsNoFailureEither(@TempDir Path root) {
        try (StartWorld world = new StartWorld(root, VmmTraits.XEN)) {
            world.start("sys-net");
            world.file("/var/run/qubes/qrexec.sys-net", 0);
            world.forgetSteps();
            List<String> notes = new ArrayList<>();

            new ClockSync(world.system(), new EndedCalls("2016-03-01T12:00:00+00:00\n")).run(false, notes::add);

            assertThat(world.steps())
                    .containsExactly(
                            "exec sudo date -u -Iseconds -s 2016-03-01T12:00:00+00:00", "exec sudo hwclock --systohc");
        }
    }
}
