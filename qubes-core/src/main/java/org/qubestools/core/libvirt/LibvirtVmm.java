package org.qubestools.core.libvirt;

import com.sun.jna.Pointer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainListener;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.LiveDevices;
import org.qubestools.core.vmm.Subscription;
import org.qubestools.core.vmm.Vmm;
import org.qubestools.core.vmm.VmmReport;
import org.qubestools.core.vmm.VmmTraits;

/** The running system through libvirt. No handle of a domain outlives the call that looked it up. */
public final class LibvirtVmm implements Vmm {
    /** {@code virNodeInfo}: model, memory in KiB, CPUs. */
    private static final int NODE_INFO_SIZE = 64;

    private static final int NODE_MEMORY = 32;
    private static final int NODE_CPUS = 40;

    private final Connection connection;
    private final LibvirtOptions options;
    private final Snapshots snapshots;
    private final Definitions definitions;
    private final LifeCycle lifeCycle;
    private final Devices devices;
    private final VmmReport report;
    private @Nullable DriverProfile profile;
    private @Nullable String driverWord;
    private boolean toldHint;

    /** Closes the connection when it is closed. */
    LibvirtVmm(Connection connection, LibvirtOptions options, VmmReport report) {
        this.connection = connection;
        this.options = options;
        this.report = report;
        this.snapshots = new Snapshots(connection);
        this.definitions = new Definitions(connection, report);
        this.lifeCycle = new LifeCycle(connection);
        this.devices = new Devices(connection, options.limit(), WaitTime.SYSTEM);
    }

    /** VMM_UNREACHABLE naming the URI if that fails; {@code report} hears of what is put right by the way. */
    public static LibvirtVmm open(LibvirtOptions options, VmmReport report) {
        LibraryFile.readAhead(); // while JNA is loaded, if that was begun; earlier, what others load would wait for it
        return new LibvirtVmm(Connection.open(options.uri(), options.limit()), options, report);
    }

    /** Loads JNA and the library on a thread of its own: it takes as long as reading a large store. */
    public static void prepare() {
        LimitedCalls.begin(new NativeLibvirt.Loading());
    }

    private synchronized DriverProfile profile() {
        if (profile == null) {
            profile = DriverProfiles.of(driverWord(), this::capabilities, options.driver(), options.files());
        }
        return profile;
    }

    private synchronized @Nullable DriverProfile knownProfile() {
        return profile;
    }

    private synchronized String driverWord() {
        if (driverWord == null) {
            driverWord = connection.ask("learn the driver's name", new DriverWord());
        }
        return driverWord;
    }

    private String capabilities() {
        return connection.ask(
                "learn what the host can do",
                (libvirt, pointer) -> libvirt.ownedText("virConnectGetCapabilities", pointer));
    }

    @Override
    public HostInfo host() {
        byte[] info = connection.ask("look at the host", (libvirt, pointer) -> {
            byte[] node = new byte[NODE_INFO_SIZE];
            libvirt.number("virNodeGetInfo", pointer, node);
            return node;
        });
        return new HostInfo(NativeLibvirt.getLong(info, NODE_MEMORY) / 1024, NativeLibvirt.getInt(info, NODE_CPUS));
    }

    @Override
    public VmmTraits traits() {
        DriverProfile known = knownProfile();
        return known == null ? DriverProfiles.traits(driverWord(), options.driver()) : known.traits();
    }

    @Override
    public boolean isAlive() {
        return connection.isAlive();
    }

    @Override
    public List<DomainSnapshot> domains() {
        return snapshots.all();
    }

    @Override
    public Optional<DomainSnapshot> find(DomainKey domain) {
        return snapshots.find(domain);
    }

    @Override
    public void define(DomainSpec spec) {
        DriverProfile words = profile();
        for (String warning : words.warnings(spec)) {
            report.warn(warning);
        }
        definitions.define(spec, words);
    }

    /** Once. */
    private void tellHint(DriverProfile words) {
        boolean first;
        synchronized (this) {
            first = !toldHint;
            toldHint = true;
        }
        if (first && words.hint().isPresent()) {
            report.hint(words.hint().get());
        }
    }

    @Override
    public String definitionText(DomainSpec spec) {
        return Definitions.text(spec, profile());
    }

    @Override
    public void undefine(DomainKey domain) {
        definitions.undefine(domain);
    }

    @Override
    public int createPaused(DomainKey domain) {
        DriverProfile words = profile();
        words.requireStartable();
        tellHint(words);
        try {
            return lifeCycle.createPaused(domain, words.createsPaused());
        } catch (QubesException e) {
            throw words.explained(e);
        }
    }

    @Override
    public void resume(DomainKey domain) {
        lifeCycle.resume(domain);
    }

    @Override
    public void pause(DomainKey domain) {
        lifeCycle.pause(domain);
    }

    @Override
    public boolean suspendToMemory(DomainKey domain) {
        return lifeCycle.suspendToMemory(domain);
    }

    @Override
    public void wakeUp(DomainKey domain) {
        lifeCycle.wakeUp(domain);
    }

    @Override
    public boolean shutdown(DomainKey domain) {
        return lifeCycle.shutdown(domain);
    }

    @Override
    public boolean destroy(DomainKey domain) {
        return lifeCycle.destroy(domain);
    }

    @Override
    public void attachNetwork(DomainSpec spec) {
        devices.attach(
                "attach the network of " + Words.domain(spec.name()),
                spec.key(),
                profile().interfaceXml(spec));
    }

    @Override
    public void detachNetwork(DomainSpec spec) {
        String mac = LiveXml.macOf(profile().interfaceXml(spec));
        devices.detach(
                "detach the network of " + Words.domain(spec.name()), spec.key(), live -> live.networkInterface(mac));
    }

    @Override
    public void detachDisk(DomainKey domain, String frontend) {
        devices.detach(
                "detach disk " + frontend + " of " + Words.domain(domain.name()), domain, live -> live.disk(frontend));
    }

    @Override
    public LiveDevices devices() {
        return new LibvirtDevices(devices, this::profile);
    }

    @Override
    public void setMemory(DomainKey domain, long kib, long maximumKib) {
        devices.setMemory(domain, kib, maximumKib);
    }

    @Override
    public boolean detachFromHost(PciAddress device) {
        return devices.detachFromHost(device);
    }

    @Override
    public void reattachToHost(PciAddress device) {
        devices.reattachToHost(device);
    }

    @Override
    public void save(DomainKey domain, Path file) {
        lifeCycle.save(domain, file);
    }

    @Override
    public boolean restorePaused(DomainSpec spec, Path file) {
        return lifeCycle.restorePaused(spec.name(), definitionText(spec), file);
    }

    @Override
    public Subscription subscribe(DomainListener listener) {
        return EventStream.open(options, listener);
    }

    @Override
    public void close() {
        connection.close();
    }

    /** No lambda: this is on the way of every run that asks libvirt. */
    private static final class DriverWord implements Connection.Call<String> {
        @Override
        public String on(NativeLibvirt libvirt, Pointer connection) {
            return libvirt.keptText("virConnectGetType", connection);
        }
    }
}
