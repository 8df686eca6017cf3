package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FailingFileLayer;
import org.qubestools.core.vmm.BreakingVmm;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.VmmTraits;

/** What others do in the middle of a start, at each of its steps. */
final class StartTroubleTest {
    private static final String UUID = "00000000-0000-4000-8000-000000000005";
    private static final DomainKey VAULT = new DomainKey("vault", UUID);

    @TempDir
    Path folder;

    private StartWorld world(int number) {
        return new StartWorld(folder.resolve("at" + number), VmmTraits.XEN);
    }

    /** The steps of a start of this VM until it runs. */
    private List<String> steps(String vm) {
        try (StartWorld model = new StartWorld(folder.resolve("model"), VmmTraits.XEN)) {
            model.start(vm);
            List<String> steps = new ArrayList<>(model.steps());
            return steps.subList(0, steps.indexOf("memory close"));
        }
    }

    private static void fails(StartWorld world, String vm, ErrorKind kind, String message) {
        assertThatThrownBy(() -> world.start(vm))
                .hasMessageContaining(message)
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    private static void assertNothingLeft(StartWorld world, List<String> files, String at) {
        assertThat(world.files()).as(at).isEqualTo(files);
        assertThat(world.vmm().domains()).as(at).noneMatch(DomainSnapshot::active);
        assertNothingOpen(world, at);
        assertThat(world.services().runningDatabases()).as(at).isEmpty();
    }

    private static void assertNothingOpen(StartWorld world, String at) {
        assertThat(world.services().openGrants()).as(at).isZero();
        world.system().live(world.vm("vault")).refresh();
        assertThat(world.services().openConnections()).as(at).isZero();
    }

    /** Cuts each call off once; the start goes on over a new connection and makes one domain. */
    @Test
    void aRestartOfTheDaemonInTheMiddleOfAnyCallIsSurvived() {
        int calls = 0;
        for (BreakingVmm.When when : BreakingVmm.When.values()) {
            boolean more = true;
            for (int call = 0; more; call++) {
                calls++;
                try (StartWorld world = world(calls)) {
                    BreakingVmm breaking = new BreakingVmm(world.vmm(), call, when, 0);
                    world.through(breaking);

                    int id = world.start("vault");

                    String at = when + " " + breaking.brokenCall();
                    assertThat(id).as(at).isEqualTo(1);
                    assertThat(world.vmm().find(VAULT).orElseThrow().state())
                            .as(at)
                            .isEqualTo(DomainState.RUNNING);
                    assertThat(world.services().runningDatabases()).as(at).containsExactly("vault");
                    assertNothingOpen(world, at);
                    more = breaking.broke();
                }
            }
        }
        assertThat(calls).isGreaterThan(10);
    }

    /** Cuts each call off while the daemon stays away for the next opening only: the start fails and is taken back. */
    @Test
    void aDaemonThatIsAwayForAMomentLeavesNothing() {
        int calls = 0;
        for (BreakingVmm.When when : BreakingVmm.When.values()) {
            boolean more = true;
            for (int call = 0; more; call++) {
                calls++;
                try (StartWorld world = world(calls)) {
                    List<String> files = world.files();
                    BreakingVmm breaking = new BreakingVmm(world.vmm(), call, when, 1);
                    world.through(breaking);
                    QubesException failure = catchThrowableOfType(QubesException.class, () -> world.start("vault"));
                    more = breaking.broke();
                    boolean ran = world.steps().contains("memory close")
                            && world.vmm().find(VAULT).orElseThrow().state() == DomainState.RUNNING;
                    String at = when + " " + breaking.brokenCall() + ": " + failure;
                    if (more) {
                        assertThat(failure).as(at).isNotNull().hasMessageContaining("connection refused");
                        assertThat(failure.kind()).as(at).isEqualTo(ErrorKind.VMM_UNREACHABLE);
                    }
                    if (!ran) {
                        assertNothingLeft(world, files, at);
                    }
                }
            }
        }
        assertThat(calls).isGreaterThan(10);
    }

    /** A daemon that does not come back: what nobody can end any more is named. */
    @Test
    void whatADaemonThatIsGoneKeepsIsNamed() {
        int worlds = 0;
        for (BreakingVmm.When when : BreakingVmm.When.values()) {
            boolean more = true;
            for (int call = 0; more; call++) {
                try (StartWorld world = world(worlds++)) {
                    BreakingVmm breaking = new BreakingVmm(world.vmm(), call, when, Integer.MAX_VALUE);
                    world.through(breaking);
                    QubesException failure = catchThrowableOfType(QubesException.class, () -> world.start("vault"));
                    more = breaking.broke();
                    boolean left =
                            world.vmm().find(VAULT).map(DomainSnapshot::active).orElse(false);
                    String at = when + " " + breaking.brokenCall() + ": " + failure;
                    if (more) {
                        assertThat(failure).as(at).isNotNull();
                        assertThat(failure.kind()).as(at).isEqualTo(ErrorKind.VMM_UNREACHABLE);
                        assertThat(failure.getMessage()).as(at).doesNotContain("\n");
                    }
                    if (more && left && !world.steps().contains("memory close")) {
                        assertThat(failure).as(at).hasMessageContaining("left over: paused domain 'vault'");
                    }
                    assertThat(world.services().openGrants()).as(at).isZero();
                }
            }
        }
    }

    /** Ends the domain at each step after it was made. */
    @Test
    void aGuestThatEndsWhileItStartsLeavesNothing() {
        List<String> steps = steps("vault");
        int made = steps.indexOf("libvirt create paused vault");
        for (int i = made + 1; i < steps.size(); i++) {
            String step = steps.get(i);
            try (StartWorld world = world(i)) {
                List<String> files = world.files();
                world.at(step, () -> world.vmm().destroy(VAULT));

                assertThatThrownBy(() -> world.start("vault")).as(step).isInstanceOf(QubesException.class);

                assertNothingLeft(world, files, step);
                assertThat(world.start("vault")).as(step).isEqualTo(2);
            }
        }
    }

    @Test
    void aGuestThatEndsJustBeforeItShallRunIsToldOf() {
        try (StartWorld world = world(0)) {
            world.at("libvirt resume vault", () -> world.vmm().destroy(VAULT));
            fails(world, "vault", ErrorKind.FAILED, "VM 'vault' ended while it was starting");
        }
    }

    /** Removes the definition at each step: before the domain is made that is an error, later it runs without one. */
    @Test
    void aDefinitionThatVanishesInTheMiddle() {
        List<String> steps = steps("vault");
        int defined = steps.indexOf("libvirt define vault");
        int made = steps.indexOf("libvirt create paused vault");
        for (int i = defined + 1; i < steps.size(); i++) {
            String step = steps.get(i);
            try (StartWorld world = world(i)) {
                List<String> files = world.files();
                world.at(step, () -> world.vmm().undefine(VAULT));
                if (i <= made) {
                    fails(world, "vault", ErrorKind.FAILED, "is not defined");
                    assertNothingLeft(world, files, step);
                    assertThat(world.start("vault")).as(step).isEqualTo(1);
                } else {
                    assertThat(world.start("vault")).as(step).isEqualTo(1);
                    world.vmm().destroy(VAULT);
                    assertThat(world.vmm().find(VAULT)).as(step).isEmpty();
                }
            }
        }
    }

    /** Kills the VM's QubesDB daemon at each step that needs it. */
    @Test
    void aQubesDbDaemonThatIsKilledInTheMiddle() {
        List<String> steps = steps("vault");
        int started = steps.indexOf("qubesdb start 1 vault");
        int failed = 0;
        for (int i = started + 1; i < steps.size(); i++) {
            String step = steps.get(i);
            try (StartWorld world = world(i)) {
                List<String> files = world.files();
                world.at(step, () -> world.services().loseDatabase("vault"));
                QubesException failure = catchThrowableOfType(QubesException.class, () -> world.start("vault"));
                if (step.startsWith("qubesdb")) {
                    failed++;
                    assertThat(failure).as(step).isNotNull().hasMessageContaining("QubesDB of VM 'vault'");
                    assertNothingLeft(world, files, step);
                } else {
                    // All is written: the guest finds out by itself.
                    assertThat(failure).as(step).isNull();
                }
            }
        }
        assertThat(failed).isGreaterThan(8);
    }

    /** The daemon of the ProxyVM on the way, whose rules the start writes anew. */
    @Test
    void aQubesDbDaemonOfTheProxyThatIsKilledInTheMiddle() {
        List<String> steps = steps("work");
        int last = steps.lastIndexOf("libvirt create paused work");
        for (int i = last + 1; i < steps.size(); i++) {
            String step = steps.get(i);
            if (step.contains("sys-fw")) {
                try (StartWorld world = world(i)) {
                    world.start("sys-fw");
                    List<String> files = world.files();
                    world.at(step, () -> world.services().loseDatabase("sys-fw"));

                    fails(world, "work", ErrorKind.FAILED, "QubesDB of VM 'sys-fw'");

                    assertThat(world.files()).as(step).isEqualTo(files);
                    assertThat(world.services().runningDatabases()).as(step).containsExactly("sys-net");
                    assertThat(world.vmm().domains().stream()
                                    .filter(DomainSnapshot::active)
                                    .map(DomainSnapshot::name))
                            .as(step)
                            .containsExactly("sys-net", "sys-fw");
                }
            }
        }
    }

    /** A second start of the same VM, of another process, at each step. */
    @Test
    void ofTwoStartsAtOnceOneIsRefused() {
        List<String> steps = steps("vault");
        for (int i = 0; i < steps.size(); i++) {
            String step = steps.get(i);
            try (StartWorld world = world(i);
                    StartWorld second = world(i)) {
                List<QubesException> refusals = new ArrayList<>();
                world.at(
                        step,
                        () -> refusals.add(catchThrowableOfType(QubesException.class, () -> second.start("vault"))));

                assertThat(world.start("vault")).as(step).isEqualTo(1);

                assertThat(refusals)
                        .as(step)
                        .singleElement()
                        .satisfies(refusal -> assertThat(refusal).hasMessage("VM 'vault' is already starting"));
                assertThat(second.steps()).as(step).isEmpty();
            }
        }
    }

    /** Each file that a start makes, on a disk that is full. */
    @Test
    void aFullDiskLeavesNothing() {
        for (VmmTraits driver : List.of(VmmTraits.XEN, VmmTraits.QEMU)) {
            for (String vm : List.of("vault", "win-app")) {
                int failed = fillAtEachOperation(driver, vm);
                assertThat(failed).as(driver.driver() + " " + vm).isPositive();
            }
        }
    }

    private int fillAtEachOperation(VmmTraits driver, String vm) {
        int failed = 0;
        for (int operation = 0; ; operation++) {
            Path root = folder.resolve(driver.driver() + vm + operation);
            try (StartWorld world = new StartWorld(root, driver)) {
                FailingFileLayer full = FailingFileLayer.at(operation);
                world.on(full);
                List<String> files = world.files();
                QubesException failure = catchThrowableOfType(QubesException.class, () -> world.start(vm));
                if (!full.failed()) {
                    assertThat(failure).isNull();
                    return failed;
                }
                if (failure != null) {
                    failed++;
                    assertThat(failure).hasMessageContaining("No space left on device");
                    assertThat(failure.hint())
                            .hasValueSatisfying(hint -> assertThat(hint).contains("make room there"));
                    assertThat(world.files()).as(vm + " " + operation).isEqualTo(files);
                    assertThat(world.vmm().domains()).noneMatch(DomainSnapshot::active);
                    assertThat(world.services().openGrants()).isZero();
                }
            }
        }
    }

    /** A domain of the same name that is not ours. */
    @Test
    void aForeignDomainThatRunsUnderTheNameIsLeftAlone() {
        try (StartWorld world = world(0)) {
            List<String> files = world.files();
            DomainSnapshot foreign = new DomainSnapshot(
                    "vault", "99999999-0000-4000-8000-000000000000", true, 40, DomainState.RUNNING, 1024, 0);
            world.vmm().with(foreign);

            assertThatThrownBy(() -> world.start("vault"))
                    .isInstanceOfSatisfying(
                            QubesException.class,
                            e -> assertThat(e.kind()).isIn(ErrorKind.IN_USE, ErrorKind.WRONG_STATE));

            assertThat(world.vmm().domains()).containsExactly(foreign);
            assertThat(world.files()).isEqualTo(files);
            assertThat(world.services().openGrants()).isZero();
        }
    }

    @Test
    void whatAnOfflineRemovalLeftBehindGivesWay() {
        try (StartWorld world = world(0)) {
            world.vmm()
                    .with(new DomainSnapshot(
                            "vault", "99999999-0000-4000-8000-000000000000", false, -1, DomainState.SHUTOFF, 0, 0));

            assertThat(world.start("vault")).isEqualTo(1);

            assertThat(world.vmm().domains().stream().map(DomainSnapshot::uuid)).isEqualTo(List.of(UUID));
            assertThat(Set.copyOf(world.steps())).contains("libvirt undefine vault", "libvirt define vault");
        }
    }
}
