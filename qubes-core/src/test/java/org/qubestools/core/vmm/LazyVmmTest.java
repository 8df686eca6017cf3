package org.qubestools.core.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.HostInfo;

final class LazyVmmTest {
    private final List<FakeVmm> opened = new ArrayList<>();
    private boolean reachable = true;

    private Vmm open() {
        if (!reachable) {
            throw new QubesException(ErrorKind.VMM_UNREACHABLE, "cannot connect to fake:///");
        }
        FakeVmm vmm = new FakeVmm(new HostInfo(1000 + opened.size(), 2));
        opened.add(vmm);
        return vmm;
    }

    @Test
    void nothingIsOpenedBeforeTheFirstUse() {
        try (LazyVmm vmm = LazyVmm.connectingBy(this::open)) {
            assertThat(vmm.isAlive()).isTrue();
            assertThat(opened).isEmpty();
        }
        assertThat(opened).isEmpty();
    }

    @Test
    void twoThreadsThatAreFirstOpenOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        CyclicBarrier together = new CyclicBarrier(2);
        try (LazyVmm vmm = LazyVmm.connectingBy(this::open)) {
            Callable<HostInfo> use = () -> {
                together.await();
                return vmm.host();
            };
            for (Future<HostInfo> answer : threads.invokeAll(List.of(use, use))) {
                assertThat(answer.get().cpus()).isEqualTo(2);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(opened).hasSize(1);
        assertThat(opened.get(0).isClosed()).isTrue();
    }

    @Test
    void afterAFailureTheNextUseTriesAgain() {
        reachable = false;
        try (LazyVmm vmm = LazyVmm.connectingBy(this::open)) {
            assertThatThrownBy(vmm::host).hasMessage("cannot connect to fake:///");
            reachable = true;

            assertThat(vmm.host().memoryMib()).isEqualTo(1000);
        }
    }

    @Test
    void aLostConnectionIsReplacedOnceAndClosed() {
        try (LazyVmm vmm = LazyVmm.connectingBy(this::open)) {
            vmm.host();
            opened.get(0).lose();

            assertThat(vmm.host().memoryMib()).isEqualTo(1001);
            assertThat(opened.get(0).isClosed()).isTrue();

            opened.get(1).lose();
            reachable = false;
            assertThatThrownBy(vmm::domains).hasMessage("cannot connect to fake:///");
        }
        assertThat(opened).hasSize(2);
    }

    @Test
    void whatALiveConnectionRefusesIsNotRepeated() {
        try (LazyVmm vmm = LazyVmm.connectingBy(this::open)) {
            vmm.host();
            opened.get(0).failingAt("suspend work", new QubesException(ErrorKind.FAILED, "refused"));

            assertThatThrownBy(() -> vmm.pause(new DomainKey("work", null))).hasMessage("refused");
        }
        assertThat(opened).hasSize(1);
        assertThat(opened.get(0).calls()).containsExactly("suspend work");
    }

    @Test
    void aClosedOneIsNotUsedAgain() {
        LazyVmm vmm = LazyVmm.connectingBy(this::open);
        vmm.close();
        vmm.close();

        assertThat(vmm.isAlive()).isFalse();
        assertThatThrownBy(vmm::host).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void offlineEveryQuestionIsRefused() {
        try (LazyVmm vmm = LazyVmm.offline()) {
            DomainKey key = new DomainKey("work", null);
            List<Runnable> questions = List.of(
                    vmm::host,
                    vmm::traits,
                    vmm::domains,
                    () -> vmm.find(key),
                    () -> vmm.undefine(key),
                    () -> vmm.createPaused(key),
                    () -> vmm.shutdown(key),
                    () -> vmm.destroy(key),
                    () -> vmm.detachDisk(key, "xvdb"),
                    () -> vmm.subscribe(event -> {}));
            for (Runnable question : questions) {
                assertThatThrownBy(question::run)
                        .isInstanceOfSatisfying(
                                QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.OFFLINE));
            }
            assertThat(vmm.knownHost()).isEmpty();
        }
    }
}
