package org.qubestools.core.vmm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.model.QubesVm;

/**
 * A running system in memory, held to {@link VmmContract}; it keeps the list of all calls that change something, and goes
 * on over several runs of tools: a closed one counts as opened anew. Not
 * safe for use from several threads.
 */
public final class FakeVmm implements Vmm {
    private final HostInfo host;
    private final VmmTraits traits;
    private final Map<String, DomainSnapshot> domains = new LinkedHashMap<>();
    private final List<String> calls = new ArrayList<>();
    private List<String> log = new ArrayList<>();
    private final Map<String, QubesException> failures = new TreeMap<>();
    private final List<DomainListener> listeners = new ArrayList<>();
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
    public FakeVmm running(String name, int id, long memoryKib) {
        return with(new DomainSnapshot(
                name,
                String.format("%08d-0000-0000-0000-000000000000", id),
                true,
                id,
                DomainState.RUNNING,
                memoryKib,
                0));
    }

    /** Makes this call fail, such as {@code create paused work}, each time. */
    public FakeVmm failingAt(String call, QubesException failure) {
        failures.put(call, failure);
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
        for (DomainListener listener : List.copyOf(listeners)) {
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
    public HostInfo host() {
        requireAlive();
        return host;
    }

    @Override
    public VmmTraits traits() {
        return traits;
    }

    @Override
    public boolean isAlive() {
        return alive;
    }

    @Override
    public List<DomainSnapshot> domains() {
        requireAlive();
        askedForAll++;
        return List.copyOf(domains.values());
    }

    @Override
    public Optional<DomainSnapshot> find(DomainKey domain) {
        requireAlive();
        return Optional.ofNullable(known(domain));
    }

    @Override
    public void define(DomainSpec spec) {
        for (DomainSnapshot domain : domains.values()) {
            boolean sameName = domain.name().equals(spec.name());
            boolean sameUuid = domain.uuid().equals(spec.uuid());
            if (sameName != sameUuid) {
                throw new QubesException(
                        ErrorKind.IN_USE,
                        "domain '" + domain.name() + "' has the name or the UUID of '" + spec.name() + "'");
            }
        }
        record("define " + spec.name());
        domains.putIfAbsent(
                spec.name(), new DomainSnapshot(spec.name(), spec.uuid(), false, -1, DomainState.SHUTOFF, 0, 0));
        tell(new DomainEvent(DomainEvent.Kind.DEFINED, spec.name(), spec.uuid(), ""));
    }

    @Override
    public String definitionText(DomainSpec spec) {
        return spec.customDefinition().orElse("<domain><name>" + spec.name() + "</name></domain>");
    }

    @Override
    public void undefine(String name) {
        requireAlive();
        DomainSnapshot domain = domains.get(name);
        if (domain != null) {
            record("undefine " + name);
            domains.remove(name);
            tell(DomainEvent.Kind.UNDEFINED, domain, "");
        }
    }

    @Override
    public int createPaused(DomainKey key) {
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
    public void resume(DomainKey key) {
        record("resume " + key.name());
        DomainSnapshot domain = active(key);
        put(domain, true, domain.id(), DomainState.RUNNING);
        tell(DomainEvent.Kind.RESUMED, domain, "unpaused");
    }

    @Override
    public void pause(DomainKey key) {
        record("pause " + key.name());
        DomainSnapshot domain = active(key);
        put(domain, true, domain.id(), DomainState.PAUSED);
        tell(DomainEvent.Kind.SUSPENDED, domain, "paused");
    }

    @Override
    public boolean suspendToMemory(DomainKey key) {
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
    public void wakeUp(DomainKey key) {
        record("wake up " + key.name());
        DomainSnapshot domain = active(key);
        put(domain, true, domain.id(), DomainState.RUNNING);
        tell(DomainEvent.Kind.STARTED, domain, "wakeup");
    }

    @Override
    public boolean shutdown(DomainKey key) {
        record("shutdown " + key.name());
        return stop(key, "shutdown");
    }

    @Override
    public boolean destroy(DomainKey key) {
        record("destroy " + key.name());
        return stop(key, "destroyed");
    }

    private boolean stop(DomainKey key, String detail) {
        DomainSnapshot domain = known(key);
        if (domain == null || !domain.active()) {
            return false;
        }
        put(domain, false, -1, DomainState.SHUTOFF);
        tell(DomainEvent.Kind.STOPPED, domain, detail);
        return true;
    }

    private void requireHotplug() {
        if (!traits.hotplug()) {
            throw new QubesException(ErrorKind.FAILED, "this is not supported by this driver");
        }
    }

    @Override
    public void attachNetwork(DomainSpec spec) {
        record("attach network " + spec.name() + " " + netvm(spec));
        requireHotplug();
        active(spec.key());
    }

    @Override
    public void detachNetwork(DomainSpec spec) {
        record("detach network " + spec.name() + " " + netvm(spec));
        requireHotplug();
        active(spec.key());
    }

    private static String netvm(DomainSpec spec) {
        QubesVm netvm = spec.vm().vms().netvm(spec.vm().vm()).vm();
        return netvm == null ? "none" : netvm.name();
    }

    @Override
    public void detachDisk(DomainKey key, String frontend) {
        record("detach disk " + key.name() + " " + frontend);
        requireHotplug();
        active(key);
    }

    @Override
    public void setMemory(DomainKey key, long kib, long maximumKib) {
        record("set memory " + key.name() + " " + kib + " " + maximumKib);
        active(key);
    }

    @Override
    public boolean detachFromHost(PciAddress device) {
        record("detach from host " + device);
        return true;
    }

    @Override
    public void reattachToHost(PciAddress device) {
        record("reattach to host " + device);
    }

    @Override
    public void save(DomainKey key, Path file) {
        record("save " + key.name() + " " + file);
        active(key);
        stop(key, "saved");
    }

    @Override
    public boolean restorePaused(DomainSpec spec, Path file) {
        record("restore " + spec.name() + " " + file);
        return false;
    }

    @Override
    public Subscription subscribe(DomainListener listener) {
        requireAlive();
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public void close() {
        closed = true;
    }

    public boolean isClosed() {
        return closed;
    }
}
