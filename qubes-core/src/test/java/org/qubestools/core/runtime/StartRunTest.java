package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.VmmTraits;

@Timeout(120)
final class StartRunTest {
    private static final int MANY = 20;

    private final Map<String, QubesException> failures = new ConcurrentHashMap<>();

    @TempDir
    Path root;

    /** The small world with 20 more VMs, vm10 to vm29, the even ones behind sys-fw. */
    private StartWorld many(VmmTraits driver) {
        StartWorld world = new StartWorld(root, driver);
        StringBuilder more = new StringBuilder();
        for (int qid = 10; qid < 10 + MANY; qid++) {
            String netvm = qid % 2 == 0 ? "3" : "none";
            more.append(
                    "<QubesAppVm uuid=\"00000000-0000-4000-8000-0000000000" + qid + "\" label=\"blue\" memory=\"400\""
                            + " name=\"vm" + qid + "\" netvm_qid=\"" + netvm + "\" qid=\"" + qid
                            + "\" template_qid=\"1\" uses_default_netvm=\"False\" maxmem=\"4000\"/>\n");
            world.file("/var/lib/qubes/appvms/vm" + qid + "/private.img", 2 << 20);
        }
        return world.with("</QubesVmCollection>", more + "</QubesVmCollection>");
    }

    private static List<QubesVm> vms(StartWorld world, String... names) {
        List<QubesVm> vms = new ArrayList<>();
        for (String name : names) {
            vms.add(world.vm(name));
        }
        return vms;
    }

    private static List<QubesVm> allOfMany(StartWorld world) {
        List<QubesVm> vms = new ArrayList<>();
        for (int qid = 10; qid < 10 + MANY; qid++) {
            vms.add(world.vm("vm" + qid));
        }
        return vms;
    }

    private void run(StartWorld world, List<QubesVm> vms) {
        new StartRun(world.system(), vms).run(world.job(failures));
    }

    private static Set<String> running(StartWorld world) {
        Set<String> names = new HashSet<>();
        for (DomainSnapshot domain : world.vmm().domains()) {
            assertThat(domain.state()).as(domain.name()).isIn(DomainState.RUNNING, DomainState.SHUTOFF);
            if (domain.active()) {
                names.add(domain.name());
            }
        }
        return names;
    }

    private static long count(StartWorld world, String step) {
        return world.steps().stream().filter(step::equals).count();
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void manyStartAndWhatTheyShareStartsOnce() {
        try (StartWorld world = many(VmmTraits.QEMU)) {
            run(world, allOfMany(world));

            assertThat(failures).isEmpty();
            assertThat(running(world)).hasSize(MANY + 2).contains("sys-net", "sys-fw", "vm10", "vm29");
            assertThat(world.services().runningDatabases()).isEqualTo(running(world));
            assertThat(count(world, "libvirt create paused sys-net")).isEqualTo(1);
            assertThat(count(world, "libvirt create paused sys-fw")).isEqualTo(1);
            assertThat(world.services().openConnections()).isZero();
        }
    }

    /** Whoever writes the rules of the ProxyVM last, they are those of all that run. */
    @Test
    void theRulesOfTheirProxyAreThoseOfAll() {
        try (StartWorld world = many(VmmTraits.QEMU)) {
            run(world, allOfMany(world));

            for (DomainSnapshot domain : world.vmm().domains()) {
                if (domain.name().matches("vm.*[02468]")) {
                    String rules = world.services().writtenTo("sys-fw", "/qubes-iptables-domainrules/" + domain.id());
                    assertThat(rules).as(domain.name()).startsWith("*filter");
                }
            }
            List<String> writes = world.steps().stream()
                    .filter(step -> step.startsWith("qubesdb") && step.contains(" sys-fw /qubes-iptables"))
                    .toList();
            int last = writes.lastIndexOf("qubesdb rm sys-fw /qubes-iptables-domainrules/");
            assertThat(writes.subList(last, writes.size())).hasSize(3 + MANY / 2);
        }
    }

    /** All four must be in the middle of their starts before any goes on. */
    @Test
    void fourAreInWorkAtTheSameTimeAndNoMore() {
        try (StartWorld world = many(VmmTraits.QEMU)) {
            CyclicBarrier together = new CyclicBarrier(4);
            for (int qid : List.of(11, 13, 15, 17)) {
                world.at("qubesdb write vm" + qid + " /name", () -> meet(together));
            }
            AtomicInteger inWork = new AtomicInteger();
            Set<Integer> seen = Collections.synchronizedSet(new HashSet<>());
            StartRun.Job job = world.job(failures);
            List<QubesVm> vms = vms(world, "vm11", "vm13", "vm15", "vm17", "vm19", "vm21", "vm23");
            StartRun run = new StartRun(world.system(), vms);

            assertThat(run.atOnce()).isEqualTo(4);
            run.run((number, vm) -> {
                seen.add(inWork.incrementAndGet());
                boolean more = job.start(number, vm);
                inWork.decrementAndGet();
                return more;
            });

            assertThat(failures).isEmpty();
            assertThat(seen).contains(4).allMatch(count -> count <= 4);
            assertThat(running(world)).hasSize(7);
        }
    }

    @Test
    void whereAMemoryManagerIsAskedOneStartsAfterTheOther() {
        try (StartWorld world = many(VmmTraits.XEN)) {
            StartRun run = new StartRun(world.system(), allOfMany(world));

            assertThat(run.atOnce()).isEqualTo(1);
            run.run(world.job(failures));

            assertThat(failures).isEmpty();
            List<String> grants = world.steps().stream()
                    .filter(step -> step.startsWith("memory"))
                    .map(step -> step.replaceAll(" .*", step.endsWith("close") ? " close" : " request"))
                    .toList();
            assertThat(grants).hasSize(2 * (MANY + 2));
            for (int i = 0; i < grants.size(); i++) {
                assertThat(grants.get(i)).isEqualTo(i % 2 == 0 ? "memory request" : "memory close");
            }
        }
    }

    @Test
    void oneThatFailsLeavesNothingAndTheOthersGoOn() {
        try (StartWorld world = many(VmmTraits.QEMU)) {
            world.services().failingAt("qubesdb write vm18 /qubes-random-seed");

            run(world, allOfMany(world));

            assertThat(failures).containsOnlyKeys("vm18");
            assertThat(running(world)).hasSize(MANY + 1).doesNotContain("vm18");
            assertThat(world.services().runningDatabases()).isEqualTo(running(world));
            assertThat(world.exists("/var/lib/qubes/appvms/vm18/volatile.img")).isFalse();
            assertThat(world.exists("/var/lib/qubes/appvms/vm18/root-overlay.qcow2"))
                    .isFalse();
            assertThat(world.exists("/var/lib/qubes/appvms/vm17/root-overlay.qcow2"))
                    .isTrue();
        }
    }

    /** Each tries again to start what the one before it could not, as it would alone. */
    @Test
    void aNetvmThatCannotStartStopsOnlyThoseBehindIt() {
        try (StartWorld world = many(VmmTraits.QEMU)) {
            world.services().failingAt("qubesdb write sys-fw /name");

            run(world, allOfMany(world));

            assertThat(failures)
                    .hasSize(MANY / 2)
                    .allSatisfy(
                            (name, failure) -> assertThat(failure).hasMessageContaining("qubesdb write sys-fw /name"));
            assertThat(running(world)).hasSize(MANY / 2 + 1).contains("sys-net").doesNotContain("sys-fw");
        }
    }

    /** As one after the other: whoever is named first starts, and the other is told why it cannot. */
    @Test
    void aTemplateAndItsVmDoNotMeet() {
        try (StartWorld world = new StartWorld(root, VmmTraits.QEMU)) {
            run(world, vms(world, "fedora", "vault", "win"));

            assertThat(running(world)).containsExactlyInAnyOrder("fedora", "win");
            assertThat(failures).containsOnlyKeys("vault");
            assertThat(failures.get("vault")).hasMessageContaining("cannot start while its template 'fedora' runs");
        }
    }

    @Test
    void aNetvmThatIsNamedTooStartsOnce() {
        try (StartWorld world = new StartWorld(root, VmmTraits.QEMU)) {
            run(world, vms(world, "sys-net", "work", "vault"));

            assertThat(failures).isEmpty();
            assertThat(running(world)).containsExactlyInAnyOrder("sys-net", "sys-fw", "work", "vault");
            assertThat(count(world, "libvirt create paused sys-net")).isEqualTo(1);
        }
    }

    /** Those without an identity get one each, also where two need the same VM. */
    @Test
    void identitiesAreGivenOnce() {
        try (StartWorld world = many(VmmTraits.QEMU)) {
            world.with(" uuid=\"00000000-0000-4000-8000-000000000003\"", "");
            world.with(" uuid=\"00000000-0000-4000-8000-000000000005\"", "");

            run(world, vms(world, "vm10", "vm12", "vm14", "restored", "vault"));

            assertThat(failures).isEmpty();
            assertThat(world.kept().stream().map(line -> line.replaceAll(" .*", "")))
                    .containsExactlyInAnyOrder("sys-fw", "restored", "vault");
        }
    }

    @Test
    void aJobThatSaysSoIsTheLastToBegin() {
        try (StartWorld world = many(VmmTraits.QEMU)) {
            List<Integer> begun = Collections.synchronizedList(new ArrayList<>());
            CyclicBarrier together = new CyclicBarrier(4);

            new StartRun(world.system(), allOfMany(world)).run((number, vm) -> {
                begun.add(number);
                meet(together);
                return false;
            });

            assertThat(begun).containsExactlyInAnyOrder(0, 1, 2, 3);
        }
    }

    /** The others are not interrupted: they go on to their end. */
    @Test
    void anErrorOfOursIsThrownWhenTheOthersHaveEnded() {
        try (StartWorld world = many(VmmTraits.QEMU)) {
            CountDownLatch thrown = new CountDownLatch(1);
            StartRun.Job job = world.job(failures);
            for (int qid : List.of(11, 13, 15)) {
                world.at("qubesdb write vm" + qid + " /name", () -> await(thrown));
            }

            assertThatThrownBy(() -> new StartRun(world.system(), vms(world, "vm11", "vm13", "vm15", "vm17", "vm19"))
                            .run((number, vm) -> {
                                if (vm.name().equals("vm17")) {
                                    thrown.countDown();
                                    throw new IllegalStateException("a bug");
                                }
                                return job.start(number, vm);
                            }))
                    .hasMessage("a bug");

            assertThat(failures).isEmpty();
            assertThat(running(world)).contains("vm11", "vm13", "vm15").doesNotContain("vm17");
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
    }

    @Test
    void anInterruptedCallerLeavesWhenWhatHasBegunHasEnded() {
        try (StartWorld world = many(VmmTraits.QEMU)) {
            Thread caller = Thread.currentThread();
            world.at("qubesdb write vm11 /name", caller::interrupt);

            assertThatThrownBy(() -> run(world, allOfMany(world)))
                    .isInstanceOfSatisfying(
                            QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CANCELLED));

            assertThat(Thread.interrupted()).isTrue();
            assertThat(failures).isEmpty();
            assertThat(running(world)).contains("vm11");
            assertThat(world.services().runningDatabases()).isEqualTo(running(world));
        }
    }

    /** What is interrupted in the middle of a start takes back all the same what it did. */
    @Test
    void anInterruptedStartIsTakenBack() {
        try (StartWorld world = new StartWorld(root, VmmTraits.QEMU)) {
            List<String> files = world.files();
            world.services().failingAt("qubesdb write vault /qubes-random-seed");
            world.at("qubesdb write vault /name", Thread.currentThread()::interrupt);
            boolean[] flag = {true};
            world.at(
                    "libvirt destroy vault",
                    () -> flag[0] = Thread.currentThread().isInterrupted());

            assertThatThrownBy(() -> world.start("vault")).isInstanceOf(QubesException.class);

            assertThat(flag[0]).isFalse();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(world.files()).isEqualTo(files);
            assertThat(world.vmm()
                            .find(new DomainKey("vault", null))
                            .orElseThrow()
                            .active())
                    .isFalse();
            assertThat(world.services().runningDatabases()).isEmpty();
        }
    }
}
