package org.qubestools.core.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.AttributeMap;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmView;
import org.qubestools.core.vmm.DomainEvent.Kind;

/**
 * What every {@link Vmm} must do; run on the fake and on each driver. What a driver cannot do, its {@link VmmTraits} or
 * its answers say.
 */
abstract class VmmContract {
    private static final String UUID = "aaaaaaaa-1111-4111-8111-111111111111";
    private static final String OTHER_UUID = "bbbbbbbb-1111-4111-8111-111111111111";
    private static final String NAME = "contract-one";
    private static final DomainKey KEY = new DomainKey(NAME, UUID);
    private static final DomainKey BY_NAME = new DomainKey(NAME, null);
    private static final int ROUNDS = 500;

    @TempDir
    Path folder;

    /** A VMM without any of the domains {@code contract-*}. */
    abstract Vmm open();

    /** A definition that this driver can start with nothing else there; null if its own will do. */
    @Nullable
    String startable(String name, String uuid) {
        return null;
    }

    private DomainSpec spec(String name, String uuid) {
        return spec(name, uuid, "cccccccc-1111-4111-8111-111111111111");
    }

    /** With another VM in the store, which gives it network. */
    private DomainSpec spec(String name, String uuid, String uuidOfOther) {
        AttributeMap net = new NewVm(VmClass.NET, "contract-net", 5, 0, Pools.DEFAULT)
                .attributes()
                .with("netid", "3")
                .with("uuid", uuidOfOther);
        AttributeMap app = new NewVm(VmClass.APP, name, 7, 0, Pools.DEFAULT)
                .attributes()
                .with("uses_default_netvm", "False")
                .with("netvm_qid", "5")
                .with("uuid", uuid);
        VmCollection vms = VmCollection.of(
                AttributeMap.EMPTY, List.of(QubesVm.stored(0, VmClass.NET, net), QubesVm.stored(1, VmClass.APP, app)));
        assertThat(vms.byKey(1).get(Attributes.UUID)).isEqualTo(uuid);
        VmView view = new VmView(vms, vms.byKey(1), new NoPools(), Optional::empty);
        return new DomainSpec(uuid, view, startable(name, uuid));
    }

    private static Optional<DomainSnapshot> listed(Vmm vmm, String name) {
        return vmm.domains().stream()
                .filter(domain -> domain.name().equals(name))
                .findAny();
    }

    private static void assertFails(ErrorKind kind, String message, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(message);
    }

    int started(Vmm vmm) {
        vmm.define(spec(NAME, UUID));
        return vmm.createPaused(KEY);
    }

    /** Ends and removes what a test made, for VMMs that outlive it. */
    static void clear(Vmm vmm) {
        for (DomainSnapshot domain : vmm.domains()) {
            if (domain.name().startsWith("contract-")) {
                DomainKey key = new DomainKey(domain.name(), domain.uuid());
                vmm.destroy(key);
                vmm.undefine(key);
            }
        }
    }

    @Test
    void theHostHasMemoryAndCpus() {
        try (Vmm vmm = open()) {
            assertThat(vmm.host().memoryMib()).isPositive();
            assertThat(vmm.host().cpus()).isPositive();
        }
    }

    @Test
    void aDefinedDomainIsListedAndInactive() {
        try (Vmm vmm = open()) {
            vmm.define(spec(NAME, UUID));

            assertThat(listed(vmm, NAME))
                    .hasValue(new DomainSnapshot(NAME, UUID, false, -1, DomainState.SHUTOFF, 0, 0));
            assertThat(vmm.find(KEY)).isEqualTo(listed(vmm, NAME));
        }
    }

    @Test
    void definingAgainReplacesTheDefinition() {
        try (Vmm vmm = open()) {
            vmm.define(spec(NAME, UUID));
            vmm.define(spec(NAME, UUID));

            assertThat(vmm.domains().stream().filter(domain -> domain.name().equals(NAME)))
                    .hasSize(1);
        }
    }

    @Test
    void aLeftOverDefinitionGivesWay() {
        try (Vmm vmm = open()) {
            vmm.define(spec(NAME, OTHER_UUID));

            vmm.define(spec(NAME, UUID));

            assertThat(listed(vmm, NAME).orElseThrow().uuid()).isEqualTo(UUID);
        }
    }

    @Test
    void theNameOfAnActiveDomainIsInUse() {
        try (Vmm vmm = open()) {
            started(vmm);

            assertFails(ErrorKind.IN_USE, NAME, () -> vmm.define(spec(NAME, OTHER_UUID)));
            assertThat(vmm.find(KEY).orElseThrow().active()).isTrue();
        }
    }

    @Test
    void theNameOfTheDomainOfAnotherVmIsInUse() {
        try (Vmm vmm = open()) {
            vmm.define(spec(NAME, UUID));

            assertFails(ErrorKind.IN_USE, NAME, () -> vmm.define(spec(NAME, OTHER_UUID, UUID)));
            assertThat(vmm.find(KEY)).isPresent();
        }
    }

    @Test
    void aUuidWithAnotherNameIsInUse() {
        try (Vmm vmm = open()) {
            vmm.define(spec(NAME, UUID));

            assertFails(ErrorKind.IN_USE, "contract-two", () -> vmm.define(spec("contract-two", UUID)));
        }
    }

    @Test
    void anUndefinedDomainIsGone() {
        try (Vmm vmm = open()) {
            vmm.define(spec(NAME, UUID));

            vmm.undefine(KEY);

            assertThat(listed(vmm, NAME)).isEmpty();
            assertThat(vmm.find(KEY)).isEmpty();
            assertThat(vmm.find(BY_NAME)).isEmpty();
        }
    }

    @Test
    void undefiningWhatIsNotThereIsFine() {
        try (Vmm vmm = open()) {
            vmm.undefine(KEY);
            vmm.undefine(BY_NAME);

            assertThat(vmm.find(KEY)).isEmpty();
        }
    }

    @Test
    void aDomainOfTheSameNameWithAnotherUuidIsNotUndefined() {
        try (Vmm vmm = open()) {
            vmm.define(spec(NAME, OTHER_UUID));

            vmm.undefine(KEY);

            assertThat(vmm.find(BY_NAME)).isPresent();
            assertThat(vmm.find(KEY)).isEmpty();
        }
    }

    @Test
    void anActiveDomainThatIsUndefinedGoesOnUntilItEnds() {
        try (Vmm vmm = open()) {
            started(vmm);

            vmm.undefine(KEY);
            vmm.undefine(KEY);

            assertThat(vmm.find(KEY).orElseThrow().active()).isTrue();
            assertThat(vmm.destroy(KEY)).isTrue();
            assertThat(vmm.find(KEY)).isEmpty();
        }
    }

    @Test
    void aDomainStartsPausedRunsPausesAndEnds() {
        try (Vmm vmm = open()) {
            int id = started(vmm);
            assertThat(id).isPositive();
            DomainSnapshot paused = vmm.find(KEY).orElseThrow();
            assertThat(paused.id()).isEqualTo(id);
            assertThat(paused.state()).isEqualTo(DomainState.PAUSED);
            assertThat(paused.memoryKib()).isPositive();

            vmm.resume(KEY);
            assertThat(vmm.find(KEY).orElseThrow().state()).isIn(DomainState.RUNNING, DomainState.BLOCKED);

            vmm.pause(BY_NAME);
            assertThat(vmm.find(BY_NAME).orElseThrow().state()).isEqualTo(DomainState.PAUSED);
            assertThat(listed(vmm, NAME).orElseThrow().state()).isEqualTo(DomainState.PAUSED);
            assertThat(listed(vmm, NAME).orElseThrow().memoryKib()).isIn(0L, paused.memoryKib());

            assertThat(vmm.destroy(KEY)).isTrue();
            assertThat(vmm.find(KEY)).hasValue(new DomainSnapshot(NAME, UUID, false, -1, DomainState.SHUTOFF, 0, 0));
            assertThat(listed(vmm, NAME)).isEqualTo(vmm.find(KEY));
        }
    }

    @Test
    void aDomainThatIsStartedAgainHasANewNumber() {
        try (Vmm vmm = open()) {
            int first = started(vmm);
            vmm.destroy(KEY);

            int second = vmm.createPaused(KEY);

            assertThat(second).isNotEqualTo(first);
            assertThat(vmm.find(KEY).orElseThrow().id()).isEqualTo(second);
            assertThat(listed(vmm, NAME).orElseThrow().id()).isEqualTo(second);
        }
    }

    @Test
    void aDomainDefinedAnewWhileItRunsGoesOn() {
        try (Vmm vmm = open()) {
            int id = started(vmm);

            vmm.define(spec(NAME, UUID));

            assertThat(vmm.find(KEY).orElseThrow().id()).isEqualTo(id);
        }
    }

    @Test
    void whatIsNotDefinedOrRunsAlreadyCannotStart() {
        try (Vmm vmm = open()) {
            assertFails(ErrorKind.FAILED, NAME, () -> vmm.createPaused(KEY));
            started(vmm);
            assertFails(ErrorKind.FAILED, NAME, () -> vmm.createPaused(KEY));
        }
    }

    @Test
    void endingWhatIsNotActiveIsAnAnswer() {
        try (Vmm vmm = open()) {
            assertThat(vmm.destroy(KEY)).isFalse();
            assertThat(vmm.shutdown(KEY)).isFalse();

            vmm.define(spec(NAME, UUID));

            assertThat(vmm.destroy(KEY)).isFalse();
            assertThat(vmm.shutdown(KEY)).isFalse();
            assertThat(vmm.find(KEY)).isPresent();
        }
    }

    @Test
    void whatIsNotActiveCannotBePausedOrResumed() {
        try (Vmm vmm = open()) {
            assertFails(ErrorKind.WRONG_STATE, NAME, () -> vmm.resume(KEY));

            vmm.define(spec(NAME, UUID));

            assertFails(ErrorKind.WRONG_STATE, NAME, () -> vmm.resume(KEY));
            assertFails(ErrorKind.WRONG_STATE, NAME, () -> vmm.pause(KEY));
            assertFails(ErrorKind.WRONG_STATE, NAME, () -> vmm.suspendToMemory(KEY));
            assertFails(ErrorKind.WRONG_STATE, NAME, () -> vmm.setMemory(KEY, 16384, 16384));
            assertFails(ErrorKind.WRONG_STATE, NAME, () -> vmm.save(KEY, folder.resolve("saved")));
        }
    }

    @Test
    void suspendingToMemoryHappensOrIsRefusedWithoutAChange() {
        try (Vmm vmm = open()) {
            started(vmm);
            vmm.resume(KEY);

            boolean suspended = vmm.suspendToMemory(KEY);

            assertThat(vmm.find(KEY).orElseThrow().state() == DomainState.PMSUSPENDED)
                    .isEqualTo(suspended);
        }
    }

    @Test
    void memoryOfAnActiveDomainIsSet() {
        try (Vmm vmm = open()) {
            started(vmm);

            vmm.setMemory(KEY, 16384, 17408);

            assertThat(vmm.find(KEY).orElseThrow().active()).isTrue();
        }
    }

    @Test
    void aSavedDomainIsRestoredOrTheDriverCannot() {
        try (Vmm vmm = open()) {
            started(vmm);
            vmm.resume(KEY);
            Path file = folder.resolve("saved");

            vmm.save(KEY, file);
            assertThat(vmm.find(KEY).orElseThrow().active()).isFalse();
            boolean restored = vmm.restorePaused(spec(NAME, UUID), file);

            assertThat(vmm.find(KEY).orElseThrow().active()).isEqualTo(restored);
            assertThat(vmm.find(KEY).orElseThrow().state() == DomainState.PAUSED)
                    .isEqualTo(restored);
            vmm.destroy(KEY);
        }
    }

    @Test
    void withoutHotplugDevicesAreRefusedInWords() {
        try (Vmm vmm = open()) {
            DomainSpec spec = spec(NAME, UUID);
            started(vmm);

            if (!vmm.traits().hotplug()) {
                assertFails(ErrorKind.FAILED, "not supported by this driver", () -> vmm.attachNetwork(spec));
            }
            assertThat(vmm.find(KEY).orElseThrow().active()).isTrue();
        }
    }

    @Test
    void onlyActiveDomainsHaveLiveDevices() {
        try (Vmm vmm = open()) {
            assertThat(vmm.devices().disks(KEY)).isEmpty();
            vmm.define(spec(NAME, UUID));

            assertThat(vmm.devices().disks(KEY)).isEmpty();
            assertThat(vmm.devices().hostDevices(BY_NAME)).isEmpty();
            assertFails(
                    ErrorKind.WRONG_STATE,
                    "not active",
                    () -> vmm.devices().attachDisk(KEY, disk(folder, "xvdi", false)));
            assertFails(ErrorKind.WRONG_STATE, "not active", () -> vmm.devices().requestDetach(KEY, "xvdi"));
        }
    }

    @Test
    void anAttachedDiskIsThereUntilTheDomainStops() throws IOException {
        try (Vmm vmm = open()) {
            started(vmm);
            LiveDevices devices = vmm.devices();
            List<LiveDisk> own = devices.disks(KEY).orElseThrow();
            DiskRequest request = disk(folder, "xvdi", true);
            Files.write(Path.of(request.source()), new byte[512]);
            if (!vmm.traits().hotplug()) {
                assertFails(ErrorKind.FAILED, "not supported by this driver", () -> devices.attachDisk(KEY, request));
                return;
            }

            devices.attachDisk(KEY, request);

            List<LiveDisk> disks = devices.disks(KEY).orElseThrow();
            assertThat(disks).hasSize(own.size() + 1);
            assertThat(disks.get(disks.size() - 1))
                    .returns("xvdi", LiveDisk::frontend)
                    .returns(request.source(), LiveDisk::source)
                    .returns(LiveDisk.DOM0, LiveDisk::backend)
                    .returns(true, LiveDisk::readonly);
            assertThatThrownBy(() -> devices.attachDisk(KEY, request)).isInstanceOf(DriverRefusal.class);
            vmm.destroy(KEY);
            vmm.createPaused(KEY);
            assertThat(devices.disks(KEY).orElseThrow())
                    .extracting(LiveDisk::target)
                    .containsExactlyElementsOf(
                            own.stream().map(LiveDisk::target).toList());
        }
    }

    @Test
    void aDiskOfARunningDomainGrowsWhereTheDriverCan() throws IOException {
        try (Vmm vmm = open()) {
            started(vmm);
            LiveDevices devices = vmm.devices();
            DiskRequest request = disk(folder, "xvdi", false);
            Path image = Path.of(request.source());
            Files.write(image, new byte[1024]);
            if (!vmm.traits().resizesDisks()) {
                assertThatThrownBy(() -> devices.resizeDisk(KEY, "vda", 2048)).isInstanceOf(QubesException.class);
                return;
            }
            devices.attachDisk(KEY, request);
            String target = devices.disks(KEY).orElseThrow().stream()
                    .filter(disk -> disk.frontend().equals("xvdi"))
                    .findFirst()
                    .orElseThrow()
                    .target();

            devices.resizeDisk(KEY, target, 4096);

            assertThat(Files.size(image)).isEqualTo(4096);
            assertThatThrownBy(() -> devices.resizeDisk(KEY, "vdq", 4096)).isInstanceOf(DriverRefusal.class);
        }
    }

    @Test
    void aDiskThatIsNotThereCanBeAskedToGo() {
        try (Vmm vmm = open()) {
            started(vmm);

            if (vmm.traits().hotplug()) {
                vmm.devices().requestDetach(KEY, "xvdq");
            }
            assertThat(vmm.devices().hostDevices(KEY)).hasValue(List.of());
        }
    }

    private static DiskRequest disk(Path folder, String frontend, boolean readonly) {
        String file = folder.resolve("a disk.img").toString();
        return new DiskRequest(LiveDisk.FILE, file, LiveDisk.DOM0, frontend, readonly);
    }

    @Test
    void aPciDeviceThatIsNotThereIsNamed() {
        try (Vmm vmm = open()) {
            // The fake has every device.
            if (!(vmm instanceof FakeVmm)) {
                PciAddress none = new PciAddress("fe:1f.7");
                assertFails(ErrorKind.FAILED, "fe:1f.7", () -> vmm.detachFromHost(none));
                assertFails(ErrorKind.FAILED, "fe:1f.7", () -> vmm.reattachToHost(none));
            }
        }
    }

    @Test
    void eventsTellALifeInOrder() throws InterruptedException {
        BlockingQueue<DomainEvent> events = new LinkedBlockingQueue<>();
        try (Vmm vmm = open();
                Subscription subscription = vmm.subscribe(events::add)) {
            started(vmm);
            vmm.resume(KEY);
            vmm.pause(KEY);
            vmm.resume(KEY);
            vmm.destroy(KEY);
            vmm.undefine(KEY);

            List<DomainEvent> told = until(Kind.UNDEFINED, events);

            // Some drivers tell of the pause in a start and of the end before it, too.
            assertThat(told.stream()
                            .map(DomainEvent::kind)
                            .filter(EnumSet.complementOf(EnumSet.of(Kind.SUSPENDED, Kind.SHUTDOWN))::contains))
                    .containsExactly(
                            Kind.DEFINED, Kind.STARTED, Kind.RESUMED, Kind.RESUMED, Kind.STOPPED, Kind.UNDEFINED);
            assertThat(told.stream().map(DomainEvent::kind))
                    .containsSubsequence(Kind.RESUMED, Kind.SUSPENDED, Kind.RESUMED, Kind.STOPPED);
            assertThat(told).allSatisfy(event -> {
                assertThat(event.name()).isEqualTo(NAME);
                assertThat(event.uuid()).isEqualTo(UUID);
            });
            assertThat(told).contains(new DomainEvent(Kind.STOPPED, NAME, UUID, "destroyed"));
        }
    }

    private static List<DomainEvent> until(Kind last, BlockingQueue<DomainEvent> events) throws InterruptedException {
        List<DomainEvent> told = new ArrayList<>();
        while (told.isEmpty() || told.get(told.size() - 1).kind() != last) {
            DomainEvent event = events.poll(20, TimeUnit.SECONDS);
            assertThat(event).as("the event after " + told).isNotNull();
            told.add(event);
        }
        return told;
    }

    @Test
    void aClosedSubscriptionIsSilentWhileAnotherGoesOn() throws InterruptedException {
        BlockingQueue<DomainEvent> silent = new LinkedBlockingQueue<>();
        BlockingQueue<DomainEvent> events = new LinkedBlockingQueue<>();
        try (Vmm vmm = open()) {
            Subscription closed = vmm.subscribe(silent::add);
            try (Subscription subscription = vmm.subscribe(events::add)) {
                closed.close();
                closed.close();

                vmm.define(spec(NAME, UUID));

                assertThat(until(Kind.DEFINED, events)).hasSize(1);
                assertThat(silent).isEmpty();
            }
        }
    }

    @Test
    void noReaderBringsARemovedDefinitionBack() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch looking = new CountDownLatch(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Vmm vmm = open();
                Subscription subscription = vmm.subscribe(event -> {})) {
            Callable<Integer> reader = () -> {
                int looks = 0;
                while (!done.get()) {
                    vmm.find(KEY);
                    vmm.find(BY_NAME);
                    vmm.domains();
                    vmm.shutdown(KEY);
                    vmm.destroy(BY_NAME);
                    looks++;
                    if (looks == 1) {
                        looking.countDown(); // each reader once: the rounds begin when both look
                    }
                }
                return looks;
            };
            List<Future<Integer>> readers = List.of(threads.submit(reader), threads.submit(reader));
            try {
                assertThat(looking.await(30, TimeUnit.SECONDS))
                        .as("readers begin")
                        .isTrue();
                for (int round = 0; round < ROUNDS; round++) {
                    vmm.define(spec(NAME, UUID));
                    vmm.undefine(KEY);
                    assertThat(vmm.find(KEY)).as("round " + round).isEmpty();
                }
            } finally {
                done.set(true);
            }
            for (Future<Integer> each : readers) {
                assertThat(each.get(30, TimeUnit.SECONDS)).isPositive();
            }
            assertThat(listed(vmm, NAME)).isEmpty();
        } finally {
            threads.shutdownNow();
        }
    }

    private static final class NoPools implements Pools {
        @Override
        public String directory(String pool) {
            return DEFAULT_DIRECTORY;
        }

        @Override
        public Set<String> names() {
            return Set.of(DEFAULT);
        }
    }
}
