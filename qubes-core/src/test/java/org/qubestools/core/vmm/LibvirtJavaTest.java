package org.qubestools.core.vmm;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.DomainInfo;
import org.libvirt.LibvirtException;
import org.libvirt.NodeInfo;
import org.qubestools.core.libvirt.PrivateLibvirtd;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.vmm.DomainEvent.Kind;

/**
 * Our binding of libvirt against libvirt-java, an independent one: both on one daemon's test driver, each sees what the
 * other does.
 */
final class LibvirtJavaTest {
    private static final String NAME = "contract-peer";
    private static final String UUID = "eeeeeeee-1111-4111-8111-111111111111";
    private static final DomainKey KEY = new DomainKey(NAME, UUID);
    private static final String THEIRS = "<domain type='test'><name>" + NAME + "</name><uuid>" + UUID
            + "</uuid><memory unit='KiB'>524288</memory><currentMemory unit='KiB'>262144</currentMemory>"
            + "<vcpu>2</vcpu><os><type>hvm</type></os></domain>";

    private static PrivateLibvirtd daemon;

    private Vmm ours;
    private Connect theirs;

    @BeforeAll
    static void start() throws IOException {
        daemon = PrivateLibvirtd.startOrSkip();
        DaemonVmm.open(daemon.test()).close();
        // Where the linker found the library for us; libvirt-java looks for one of another name.
        try (Stream<String> mapped = Files.lines(Path.of("/proc/self/maps"))) {
            String file = mapped.filter(line -> line.contains("/libvirt.so.0"))
                    .findFirst()
                    .orElseThrow();
            String directory =
                    Path.of(file.substring(file.indexOf('/'))).getParent().toString();
            NativeLibrary.addSearchPath("virt", directory);
            NativeLibrary.addSearchPath("virt-qemu", directory);
        }
    }

    @AfterAll
    static void stop() {
        if (daemon != null) {
            daemon.close();
        }
    }

    @BeforeEach
    void open() throws LibvirtException {
        ours = DaemonVmm.open(daemon.test());
        theirs = new Connect(daemon.test(), false);
    }

    @AfterEach
    void close() throws LibvirtException {
        if (theirs != null) {
            VmmContract.clear(ours);
            theirs.close();
            ours.close();
        }
    }

    /** State, memory, CPUs as they see a domain of ours; {@code none} if they do not. */
    private String seenByThem() throws LibvirtException {
        try {
            Domain domain = theirs.domainLookupByName(NAME);
            try {
                DomainInfo info = domain.getInfo();
                assertThat(domain.getUUIDString()).isEqualTo(UUID);
                assertThat(theirs.domainLookupByUUIDString(UUID).getName()).isEqualTo(NAME);
                assertThat(domain.isPersistent()).isEqualTo(1);
                DomainSnapshot snapshot = ours.find(KEY).orElseThrow();
                assertThat(snapshot.active()).isEqualTo(domain.isActive() == 1);
                assertThat(snapshot.id()).isEqualTo(domain.isActive() == 1 ? domain.getID() : -1);
                assertThat(snapshot.memoryKib()).isEqualTo(domain.isActive() == 1 ? info.memory : 0);
                assertThat("VIR_DOMAIN_" + snapshot.state()).isEqualTo(info.state.name());
                return info.state.name();
            } finally {
                domain.free();
            }
        } catch (LibvirtException e) {
            assertThat(e.getError().getCode().name()).isEqualTo("VIR_ERR_NO_DOMAIN");
            return "none";
        }
    }

    @Test
    void theySeeEachStepOfOurs() throws LibvirtException {
        List<String> seen = new ArrayList<>();
        seen.add(seenByThem());
        ours.define(TestSpecs.alone(VmClass.APP, NAME, UUID));
        seen.add(seenByThem());
        ours.createPaused(KEY);
        seen.add(seenByThem());
        ours.resume(KEY);
        seen.add(seenByThem());
        ours.pause(KEY);
        seen.add(seenByThem());
        ours.resume(KEY);
        seen.add(seenByThem());
        ours.shutdown(KEY);
        seen.add(seenByThem());
        ours.createPaused(KEY);
        ours.destroy(KEY);
        seen.add(seenByThem());
        ours.undefine(KEY);
        seen.add(seenByThem());

        assertThat(seen)
                .containsExactly(
                        "none",
                        "VIR_DOMAIN_SHUTOFF",
                        "VIR_DOMAIN_PAUSED",
                        "VIR_DOMAIN_RUNNING",
                        "VIR_DOMAIN_PAUSED",
                        "VIR_DOMAIN_RUNNING",
                        "VIR_DOMAIN_SHUTOFF",
                        "VIR_DOMAIN_SHUTOFF",
                        "none");
    }

    @Test
    void weSeeEachStepOfTheirs() throws LibvirtException {
        assertThat(ours.find(KEY)).isEmpty();
        Domain domain = theirs.domainDefineXML(THEIRS);
        assertThat(ours.find(KEY)).hasValue(new DomainSnapshot(NAME, UUID, false, -1, DomainState.SHUTOFF, 0, 0));
        domain.create();
        assertThat(seenByThem()).isEqualTo("VIR_DOMAIN_RUNNING");
        assertThat(ours.find(KEY).map(DomainSnapshot::memoryKib)).hasValue(262_144L);
        domain.suspend();
        assertThat(ours.find(KEY).map(DomainSnapshot::state)).hasValue(DomainState.PAUSED);
        domain.resume();
        domain.setMemory(131_072);
        assertThat(ours.find(KEY).map(DomainSnapshot::memoryKib)).hasValue(131_072L);
        domain.destroy();
        assertThat(ours.find(KEY).map(DomainSnapshot::state)).hasValue(DomainState.SHUTOFF);
        domain.undefine();
        assertThat(ours.find(KEY)).isEmpty();
        domain.free();
    }

    @Test
    void bothListTheSameDomains() throws LibvirtException {
        ours.define(TestSpecs.alone(VmClass.HVM, NAME, UUID));
        TreeMap<String, Boolean> listed = new TreeMap<>();
        for (DomainSnapshot domain : ours.domains()) {
            listed.put(domain.name(), domain.active());
        }
        TreeMap<String, Boolean> expected = new TreeMap<>();
        for (String name : theirs.listDefinedDomains()) {
            expected.put(name, false);
        }
        for (int id : theirs.listDomains()) {
            expected.put(theirs.domainLookupByID(id).getName(), true);
        }

        assertThat(listed).isEqualTo(expected).containsEntry(NAME, false).containsValue(true);
    }

    @Test
    void theHostIsTheSame() throws LibvirtException {
        NodeInfo node = theirs.nodeInfo();

        assertThat(ours.host().memoryMib()).isEqualTo(node.memory / 1024);
        assertThat(ours.host().cpus()).isEqualTo(node.cpus);
    }

    @Test
    void weHearOfTheirs() throws LibvirtException, InterruptedException {
        BlockingQueue<Kind> heard = new LinkedBlockingQueue<>();
        DomainListener listener = event -> {
            if (event.name().equals(NAME)) {
                heard.add(event.kind());
            }
        };
        try (Subscription subscription = ours.subscribe(listener)) {
            Domain domain = theirs.domainDefineXML(THEIRS);
            domain.create();
            domain.suspend();
            domain.destroy();
            domain.undefine();
            domain.free();
            List<Kind> kinds = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                kinds.add(heard.poll(10, TimeUnit.SECONDS));
            }
            assertThat(kinds).containsExactly(Kind.DEFINED, Kind.STARTED, Kind.SUSPENDED, Kind.STOPPED, Kind.UNDEFINED);
        }
    }
}
