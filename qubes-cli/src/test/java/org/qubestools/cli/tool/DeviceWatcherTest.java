package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.AttributeMap;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.runtime.ChangeFeed;
import org.qubestools.core.runtime.FakeServices;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.FakeVmm;
import org.qubestools.core.vmm.LazyVmm;
import org.qubestools.core.vmm.LiveDisk;
import org.qubestools.devices.Attachment;
import org.qubestools.devices.BlockDevice;
import org.qubestools.devices.BlockDeviceRef;
import org.qubestools.devices.BlockListing;
import org.qubestools.devices.ByteText;
import org.qubestools.devices.DeviceChange;
import org.qubestools.devices.DeviceMode;
import org.qubestools.devices.DeviceWatcher;
import org.qubestools.qubesdb.QubesDb;
import org.qubestools.qubesdb.QubesDbPath;

/** {@code DeviceWatcher} over a running system in memory; what the list is, the test says. */
final class DeviceWatcherTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String VM = "work";

    @TempDir
    Path folder;

    private final FakeServices services = new FakeServices(new ArrayList<>());
    private final FakeVmm vmm = new FakeVmm(new HostInfo(16000, 4))
            .running(VM, ExpectedStore.small().value(VM, "uuid"), 7, 1024);
    private final AtomicInteger lists = new AtomicInteger();
    private final AtomicInteger hostState = new AtomicInteger();
    private volatile QubesException failure;
    private volatile List<BlockListing.Listed> devices = List.of(free("sda"));
    private ChangeFeed feed;
    private DeviceWatcher<BlockListing.Listed> watcher;

    @BeforeEach
    void watch() throws InterruptedException {
        services.bringBackDatabase(VM);
        services.bringBackDatabase("dom0");
        AttributeMap work = new NewVm(VmClass.APP, VM, 7, 0, Pools.DEFAULT).attributes();
        VmCollection vms = VmCollection.of(AttributeMap.EMPTY, List.of(QubesVm.stored(0, VmClass.APP, work)));
        feed = ChangeFeed.open(
                LazyVmm.connectingBy(() -> vmm),
                () -> vms,
                folder.resolve("qubes.xml"),
                services.services().databases(),
                ChangeFeed.Options.of(DeviceWatcher.BLOCK));
        watcher = new DeviceWatcher<>(feed, this::list, hostState::get);
    }

    @AfterEach
    void close() {
        feed.close();
    }

    private List<BlockListing.Listed> list() {
        lists.incrementAndGet();
        if (failure != null) {
            throw failure;
        }
        return devices;
    }

    private static BlockListing.Listed free(String name) {
        return new BlockListing.Listed(
                new BlockDevice(
                        new BlockDeviceRef(VM, name), "/dev/" + name, 1, ByteText.ofUtf8("x"), DeviceMode.READ_WRITE),
                Optional.empty());
    }

    private static BlockListing.Listed attached(String name, String vm, String frontend) {
        LiveDisk disk = new LiveDisk("block", "disk", "/dev/" + name, VM, frontend, frontend, false, null);
        return new BlockListing.Listed(free(name).device(), Optional.of(new Attachment(vm, disk)));
    }

    private void announce() throws Exception {
        try (QubesDb database = services.contentOf(VM)) {
            database.write(new QubesDbPath("/qubes-block-devices"), "");
        }
    }

    private List<String> next() throws InterruptedException {
        List<String> words = new ArrayList<>();
        for (DeviceChange<BlockListing.Listed> change : watcher.next(LIMIT)) {
            words.add(change.kind() + " " + change.entry().device().name());
        }
        return words;
    }

    @Test
    void aWordInTheDatabaseOfAVmMeansToLookAgain() throws Exception {
        devices = List.of(free("sdb"), attached("sdc", "vault", "xvdi"));
        announce();

        assertThat(next()).containsExactly("VANISHED sda", "APPEARED sdb", "APPEARED sdc");

        devices = List.of(attached("sdb", "vault", "xvdj"), free("sdc"));
        announce();

        assertThat(next()).containsExactly("ATTACHED sdb", "DETACHED sdc");
    }

    @Test
    void aDeviceThatMovesIsDetachedAndAttached() throws Exception {
        devices = List.of(attached("sda", "vault", "xvdi"));
        announce();
        assertThat(next()).containsExactly("ATTACHED sda");
        devices = List.of(attached("sda", "personal", "xvdi"));
        announce();

        assertThat(next()).containsExactly("DETACHED sda", "ATTACHED sda");
    }

    @Test
    void manyWordsAtOnceCostOneListAndTheLastIsNotLost() throws Exception {
        int before = lists.get();
        for (int i = 0; i < 20; i++) {
            announce();
        }
        devices = List.of();
        announce();

        assertThat(next()).containsExactly("VANISHED sda");
        assertThat(lists.get() - before).isLessThan(20);
    }

    @Test
    void aVmThatStopsMeansToLookAgain() throws Exception {
        devices = List.of();
        vmm.destroy(new DomainKey(VM, null));

        assertThat(next()).containsExactly("VANISHED sda");
    }

    @Test
    void aChangeOfTheHostIsSeenWithoutAnEvent() throws Exception {
        devices = List.of(free("sda"), free("sdb"));
        hostState.incrementAndGet();

        assertThat(next()).containsExactly("APPEARED sdb");
    }

    @Test
    void whileTheSystemCannotBeReachedTheOldListStays() throws Exception {
        failure = new QubesException(ErrorKind.VMM_UNREACHABLE, "down");
        announce();
        assertThat(watcher.next(Duration.ofSeconds(1))).isEmpty();

        failure = null;
        devices = List.of();
        announce();

        assertThat(next()).containsExactly("VANISHED sda");
    }
}
