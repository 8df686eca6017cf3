package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.vmm.VmmTraits;

final class StartOrderTest {
    @TempDir
    Path root;

    private List<QubesVm> given(StartWorld world, String names) {
        List<QubesVm> vms = new ArrayList<>();
        for (String name : names.split(" ", -1)) {
            vms.add(world.vm(name));
        }
        return vms;
    }

    /** The names of those that begin together, then, when they have ended, of those that follow, and so on. */
    private String waves(String names) throws InterruptedException {
        StringBuilder waves = new StringBuilder();
        try (StartWorld world = new StartWorld(root, VmmTraits.QEMU)) {
            List<QubesVm> given = given(world, names);
            StartOrder order = new StartOrder(world.system().vms(), given);
            int left = given.size();
            int next = order.next();
            while (left > 0) {
                List<Integer> wave = new ArrayList<>();
                while (next != StartOrder.NONE && left > 0) {
                    wave.add(next);
                    left--;
                    next = left == 0 ? StartOrder.NONE : nextOrNone(order);
                }
                waves.append(waves.length() == 0 ? "" : " | ");
                List<String> members = new ArrayList<>();
                for (int number : wave) {
                    members.add(given.get(number).name());
                    order.ended(number);
                }
                waves.append(String.join(" ", members));
                next = left == 0 ? StartOrder.NONE : order.next();
            }
            assertThat(order.next()).isEqualTo(StartOrder.NONE);
        }
        return waves.toString();
    }

    /** The next that may begin now; an interrupt is what tells that there is none. */
    private static int nextOrNone(StartOrder order) {
        Thread.currentThread().interrupt();
        try {
            return order.next();
        } catch (InterruptedException e) {
            return StartOrder.NONE;
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void whoSharesNothingBeginsAtOnce() throws InterruptedException {
        assertThat(waves("vault work win restored")).isEqualTo("vault work win restored");
    }

    @Test
    void whoNeedsAnotherKeepsTheGivenOrder() throws InterruptedException {
        assertThat(waves("sys-net vault work sys-fw")).isEqualTo("sys-net vault | work | sys-fw");
        assertThat(waves("work sys-net")).isEqualTo("work | sys-net");
    }

    @Test
    void aTemplateAndWhoIsBasedOnItKeepTheGivenOrder() throws InterruptedException {
        assertThat(waves("fedora vault win")).isEqualTo("fedora win | vault");
        assertThat(waves("vault restored fedora work")).isEqualTo("vault restored | fedora | work");
        assertThat(waves("win-app win-tpl")).isEqualTo("win-app | win-tpl");
    }

    @Test
    void whatItsNetvmIsBasedOnCountsToo() {
        try (StartWorld world = new StartWorld(root, VmmTraits.QEMU)) {
            Set<Integer> keys = StartOrder.needs(world.system().vms(), world.vm("work"));
            Set<String> names = new TreeSet<>();
            for (QubesVm vm : world.system().vms().inDocumentOrder()) {
                if (keys.contains(vm.key())) {
                    names.add(vm.name());
                }
            }
            assertThat(names).containsExactly("fedora", "sys-fw", "sys-net", "work");
        }
    }

    @Test
    void aLoopOfNetvmsIsNoReasonToWait() throws InterruptedException {
        try (StartWorld world = new StartWorld(root, VmmTraits.QEMU)) {
            world.with("name=\"sys-fw\" netid=\"2\" netvm_qid=\"2\"", "name=\"sys-fw\" netid=\"2\" netvm_qid=\"3\"");
            StartOrder order = new StartOrder(world.system().vms(), given(world, "work vault"));
            assertThat(order.next()).isZero();
            assertThat(order.next()).isEqualTo(1);
        }
    }

    @Test
    void afterAStopNoneBegins() throws InterruptedException {
        try (StartWorld world = new StartWorld(root, VmmTraits.QEMU)) {
            StartOrder order = new StartOrder(world.system().vms(), given(world, "work vault"));
            assertThat(order.next()).isZero();
            order.stop();
            assertThat(order.next()).isEqualTo(StartOrder.NONE);
        }
    }
}
