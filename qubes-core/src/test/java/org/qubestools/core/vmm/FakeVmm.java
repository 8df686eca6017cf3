package org.qubestools.core.vmm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.model.QubesVm;

/**
 * A running system in memory, held to {@link VmmContract}; it keeps the list of all calls that change something, and goes
 * on over several runs of tools: a closed one counts as opened anew.
 */
public final class FakeVmm implements Vmm {
    private final HostInfo host;
    private final VmmTraits traits;
    private final Map<String, DomainSnapshot> domains = new LinkedHashMap<>();
    private final List<String> calls = new ArrayList<>();
    private List<String> log = new ArrayList<>();
    /** Names of those that are gone when they stop. */
    private final Set<String> transients = new HashSet<>();

    private final Map<String, QubesException> failures = new TreeMap<>();
    private final Map<String, Long> cpuUse = new TreeMap<>();
    private final Set<String> deaf = new TreeSet<>();
    private final Map<String, Integer> forgetful = new TreeMap<>();
    private final Map<String, Integer> lingering = new TreeMap<>();
    private final Map<DomainKey, Integer> dying = new LinkedHashMap<>();
    private final List<DomainListener> listeners = new CopyOnWriteArrayList<>();
    private final FakeDevices devices = new FakeDevices(this);
    private boolean savesFiles;
    private boolean restores;
    private int lastId;
    private int askedForAll;
    private boolean alive = true;
    private boolean closed;

    /** One that is like Xen. */
    public FakeVmm(HostInfo host) {
        this(host, VmmTraits.XEN);
    }

    public FakeVmm(HostInfo host, VmmTraits traits) {
        this.host = host;
        this.traits = traits;
    }

    /** Adds a domain as it shall be seen. */
    public FakeVmm with(DomainSnapshot domain) {
        domains.put(domain.name(), domain);
        lastId = Math.max(lastId, domain.id());
        return this;
    }

    /** Adds a running domain. */
    public FakeVmm running(String name, String uuid, int id, long memoryKib) {
        return with(new DomainSnapshot(name, uuid, true, id, DomainState.RUNNING, memoryKib, 0));
    }

    /** Gives a domain a disk, as its definition or another program does. */
    public FakeVmm withDisk(String name, LiveDisk disk) {
        devices.put(name, disk);
        return this;
    }

    /** A guest that never lets go of the disk with this target. */
    public FakeVmm holdingDisk(String name, String target) {
        devices.hold(name, target);
        return this;
    }

    /** Another program takes this target of a domain just before the next disk is attached there. */
    public FakeVmm stealingTarget(String name, String target) {
        devices.stealOnce(name, target);
        return this;
    }

    @Override
    public LiveDevices devices() {
        return devices;
    }

    /** A question about devices; it can fail, and is not in the list of calls. */
    void asked(String question) {
        requireAlive();
        QubesException failure = failures.get(question);
        if (failure != null) {
            throw failure;
        }
    }

    /** A change of devices of an active domain. */
    void deviceCall(DomainKey key, String call) {
        record(call);
        requireHotplug();
        active(key);
    }

    /** Makes this call fail, such as {@code create paused work}, each time. */
    public FakeVmm failingAt(String call, QubesException failure) {
        failures.put(call, failure);
        return this;
    }

    /** A guest that takes no notice of being asked to shut down. */
    public FakeVmm ignoringShutdown(String name) {
        deaf.add("shutdown " + name);
        return this;
    }

    /** A guest that still boots when it is first asked, and forgets it so many times. */
    public FakeVmm forgettingShutdown(String name, int times) {
        forgetful.put(name, times);
        return this;
    }

    /** A domain that is still seen by so many looks at it after its destruction. */
    public FakeVmm lingeringAfterDestroy(String name, int looks) {
        lingering.put(name, looks);
        return this;
    }

    /** A domain that outlives its destruction. */
    public FakeVmm ignoringDestroy(String name) {
        deaf.add("destroy " + name);
        return this;
    }

    /** A guest that begins to shut down when it is asked, and never ends. */
    public FakeVmm haltingAtShutdown(String name) {
        deaf.add("end after shutdown " + name);
        return this;
    }

    /** Has a domain use so much CPU time between two looks at all of them. */
    public FakeVmm usingCpu(String name, long nanos) {
        cpuUse.put(name, nanos);
        return this;
    }

    /** Leaves a file where a domain is saved. */
    public FakeVmm savingFiles() {
        savesFiles = true;
        return this;
    }

    /** As the libvirt of Qubes, it restores a domain under another definition. */
    public FakeVmm restoring() {
        restores = true;
        return this;
    }

    /** Adds each call to this list too, as {@code libvirt define work}, in which others may write. */
    public FakeVmm loggingTo(List<String> steps) {
        log = steps;
        return this;
    }

    /** Makes this call work again. */
    public FakeVmm workingAt(String call) {
        failures.remove(call);
        return this;
    }

    /** Loses the connection: every further call fails, and listeners are told. */
    public void lose() {
        alive = false;
        tell(DomainEvent.lost());
        listeners.clear();
    }

    /** The calls so far, such as {@code define work}. */
    public List<String> calls() {
        return List.copyOf(calls);
    }

    /** How often {@link #domains} was called. */
    public int askedForAll() {
        return askedForAll;
    }

    private void record(String call) {
        requireAlive();
        calls.add(call);
        log.add("libvirt " + call);
        QubesException failure = failures.get(call);
        if (failure != null) {
            throw failure;
        }
    }

    private void requireAlive() {
        if (!alive) {
            throw new QubesException(ErrorKind.VMM_UNREACHABLE, "the connection to the fake is lost");
        }
    }

    private void tell(DomainEvent event) {
        for (DomainListener listener : listeners) {
            listener.happened(event);
        }
    }

    private void tell(DomainEvent.Kind kind, DomainSnapshot domain, String detail) {
        tell(new DomainEvent(kind, domain.name(), domain.uuid(), detail));
    }

    private @Nullable DomainSnapshot known(DomainKey key) {
        if (key.uuid() == null) {
            return domains.get(key.name());
        }
        for (DomainSnapshot domain : domains.values()) {
            if (domain.uuid().equals(key.uuid())) {
                return domain;
            }
        }
        return null;
    }

    private DomainSnapshot active(DomainKey key) {
        DomainSnapshot domain = known(key);
        if (domain == null || !domain.active()) {
            throw new QubesException(ErrorKind.WRONG_STATE, "domain '" + key.name() + "' is not active");
        }
        return domain;
    }

    private void put(DomainSnapshot domain, boolean active, int id, DomainState state) {
        domains.put(
                domain.name(),
                new DomainSnapshot(
                        domain.name(),
                        domain.uuid(),
                        active,
                        id,
                        state,
                        active ? Math.max(domain.memoryKib(), 1024) : 0,
                        active ? domain.cpuTimeNanos() : 0));
    }

    @Override
    public synchronized HostInfo host() {
        requireAlive();
        return host;
    }

    @Override
    public VmmTraits traits() {
        return traits;
    }

    @Override
    public synchronized boolean isAlive() {
        return alive;
    }

    @Override
    public synchronized List<DomainSnapshot> domains() {
        requireAlive();
        askedForAll++;
        domains.replaceAll((name, domain) -> new DomainSnapshot(
                name,
                domain.uuid(),
                domain.active(),
                domain.id(),
                domain.state(),
                domain.memoryKib(),
                domain.cpuTimeNanos() + (domain.active() ? cpuUse.getOrDefault(name, 0L) : 0)));
        return List.copyOf(domains.values());
    }

    @Override
    public synchronized Optional<DomainSnapshot> find(DomainKey domain) {
        requireAlive();
        Integer looks = dying.get(domain);
        if (looks != null && looks == 0) {
            dying.remove(domain);
            stop(domain, "destroyed");
        } else if (looks != null) {
            dying.put(domain, looks - 1);
        }
        return Optional.ofNullable(known(domain));
    }

    @Override
    public synchronized void define(DomainSpec spec) {
        for (DomainSnapshot domain : List.copyOf(domains.values())) {
            boolean sameName = domain.name().equals(spec.name());
            boolean sameUuid = domain.uuid().equalsIgnoreCase(spec.uuid());
            if (sameName != sameUuid) {
                giveWay(domain, spec);
            }
        }
        record("define " + spec.name());
        transients.remove(spec.name());
        String uuid = spec.uuid().toLowerCase(Locale.ROOT);
        domains.putIfAbsent(spec.name(), new DomainSnapshot(spec.name(), uuid, false, -1, DomainState.SHUTOFF, 0, 0));
        tell(new DomainEvent(DomainEvent.Kind.DEFINED, spec.name(), spec.uuid(), ""));
    }

    /** As libvirt's driver does it: an inactive domain that no VM of the store has is removed. */
    private void giveWay(DomainSnapshot domain, DomainSpec spec) {
        boolean ours = domain.uuid().equalsIgnoreCase(spec.uuid())
                || spec.vm().vms().inDocumentOrder().stream()
                        .anyMatch(vm -> domain.uuid().equals(vm.get(Attributes.UUID)));
        if (domain.active() || ours) {
            throw new QubesException(
                    ErrorKind.IN_USE,
                    "domain '" + domain.name() + "' has the name or the UUID of '" + spec.name() + "'");
        }
        undefine(new DomainKey(domain.name(), domain.uuid()));
    }

    @Override
    public String definitionText(DomainSpec spec) {
        return spec.customDefinition().orElse("<domain><name>" + spec.name() + "</name></domain>");
    }

    @Override
    public synchronized void undefine(DomainKey key) {
        requireAlive();
        DomainSnapshot domain = known(key);
        if (domain != null) {
            record("undefine " + domain.name());
            if (domain.active()) {
                transients.add(domain.name());
            } else {
                domains.remove(domain.name());
            }
            tell(DomainEvent.Kind.UNDEFINED, domain, "");
        }
    }

    @Override
    public synchronized int createPaused(DomainKey key) {
        record("create paused " + key.name());
        DomainSnapshot domain = known(key);
        if (domain == null || domain.active()) {
            throw new QubesException(ErrorKind.FAILED, "domain '" + key.name() + "' is not defined, or runs already");
        }
        lastId++;
        put(domain, true, lastId, DomainState.PAUSED);
        tell(DomainEvent.Kind.STARTED, domain, "booted");
        return lastId;
    }

    @Override
    public synchronized void resume(DomainKey key) {
        record("resume " + key.name());
        DomainSnapshot domain = active(key);
        put(domain, true, domain.id(), DomainState.RUNNING);
        tell(DomainEvent.Kind.RESUMED, domain, "unpaused");
    }

    @Override
    public synchronized void pause(DomainKey key) {
        record("suspend " + key.name());
        DomainSnapshot domain = active(key);
        put(domain, true, domain.id(), DomainState.PAUSED);
        tell(DomainEvent.Kind.SUSPENDED, domain, "paused");
    }

    @Override
    public synchronized boolean suspendToMemory(DomainKey key) {
        record("suspend to memory " + key.name());
        DomainSnapshot domain = active(key);
        if (!traits.qubesDaemons()) {
            return false;
        }
        put(domain, true, domain.id(), DomainState.PMSUSPENDED);
        tell(DomainEvent.Kind.PMSUSPENDED, domain, "memory");
        return true;
    }

    @Override
    public synchronized void wakeUp(DomainKey key) {
        record("wake up " + key.name());
        DomainSnapshot domain = active(key);
        put(domain, true, domain.id(), DomainState.RUNNING);
        tell(DomainEvent.Kind.STARTED, domain, "wakeup");
    }

    @Override
    public synchronized boolean shutdown(DomainKey key) {
        record("shutdown " + key.name());
        DomainSnapshot domain = known(key);
        if (deaf.contains("end after shutdown " + key.name()) && domain != null && domain.active()) {
            put(domain, true, domain.id(), DomainState.SHUTDOWN);
            tell(DomainEvent.Kind.SHUTDOWN, domain, "");
            return true;
        }
        int forgets = forgetful.getOrDefault(key.name(), 0);
        if (forgets > 0) {
            forgetful.put(key.name(), forgets - 1);
            return true;
        }
        return deaf.contains("shutdown " + key.name()) || stop(key, "shutdown");
    }

    @Override
    public synchronized boolean destroy(DomainKey key) {
        record("destroy " + key.name());
        Integer looks = lingering.remove(key.name());
        if (looks != null) {
            dying.put(key, looks);
            return true;
        }
        return deaf.contains("destroy " + key.name()) || stop(key, "destroyed");
    }

    private boolean stop(DomainKey key, String detail) {
        DomainSnapshot domain = known(key);
        if (domain == null || !domain.active()) {
            return false;
        }
        put(domain, false, -1, DomainState.SHUTOFF);
        devices.stopped(domain.name());
        if (transients.remove(domain.name())) {
            domains.remove(domain.name());
        }
        tell(DomainEvent.Kind.STOPPED, domain, detail);
        return true;
    }

    private void requireHotplug() {
        if (!traits.hotplug()) {
            throw new QubesException(ErrorKind.FAILED, "this is not supported by this driver");
        }
    }

    @Override
    public synchronized void attachNetwork(DomainSpec spec) {
        record("attach network " + spec.name() + " " + netvm(spec));
        requireHotplug();
        active(spec.key());
    }

    @Override
    public synchronized void detachNetwork(DomainSpec spec) {
        record("detach network " + spec.name() + " " + netvm(spec));
        requireHotplug();
        active(spec.key());
    }

    private static String netvm(DomainSpec spec) {
        QubesVm netvm = spec.vm().vms().netvm(spec.vm().vm()).vm();
        return netvm == null ? "none" : netvm.name();
    }

    @Override
    public synchronized void detachDisk(DomainKey key, String frontend) {
        record("detach disk " + key.name() + " " + frontend);
        requireHotplug();
        active(key);
    }

    @Override
    public synchronized void setMemory(DomainKey key, long kib, long maximumKib) {
        record("set memory " + key.name() + " " + kib + " " + maximumKib);
        active(key);
    }

    @Override
    public synchronized boolean detachFromHost(PciAddress device) {
        record("detach from host " + device);
        return true;
    }

    @Override
    public synchronized void reattachToHost(PciAddress device) {
        record("reattach to host " + device);
    }

    @Override
    public synchronized void save(DomainKey key, Path file) {
        record("save " + key.name() + " " + file);
        active(key);
        if (savesFiles) {
            try {
                Files.write(file, new byte[] {1});
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        stop(key, "saved");
    }

    @Override
    public synchronized boolean restorePaused(DomainSpec spec, Path file) {
        record("restore " + spec.name() + " " + file);
        if (!restores) {
            return false;
        }
        lastId++;
        put(
                new DomainSnapshot(spec.name(), spec.uuid(), false, -1, DomainState.SHUTOFF, 0, 0),
                true,
                lastId,
                DomainState.PAUSED);
        transients.add(spec.name());
        tell(DomainEvent.Kind.STARTED, active(spec.key()), "restored");
        return true;
    }

    @Override
    public synchronized Subscription subscribe(DomainListener listener) {
        requireAlive();
        listeners.add(listener);
        return () -> ended(listener);
    }

    private synchronized void ended(DomainListener listener) {
        listeners.remove(listener);
    }

    @Override
    public synchronized void close() {
        closed = true;
    }

    /** True while somebody wants to hear of events. */
    public boolean isWatched() {
        return !listeners.isEmpty();
    }

    public boolean isClosed() {
        return closed;
    }
}
