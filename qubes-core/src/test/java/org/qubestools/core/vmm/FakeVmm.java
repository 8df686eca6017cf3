package org.qubestools.core.vmm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.HostInfo;

/** A running system in memory, held to {@link VmmContract}; it keeps the list of all calls that change something. */
public final class FakeVmm implements Vmm {
    private final HostInfo host;
    private final Map<String, DomainSnapshot> domains = new LinkedHashMap<>();
    private final List<String> calls = new ArrayList<>();
    private boolean closed;

    public FakeVmm(HostInfo host) {
        this.host = host;
    }

    /** Adds a domain as it shall be seen. */
    public FakeVmm with(DomainSnapshot domain) {
        domains.put(domain.name(), domain);
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

    /** The calls so far, such as {@code define work}. */
    public List<String> calls() {
        return List.copyOf(calls);
    }

    @Override
    public HostInfo host() {
        return host;
    }

    @Override
    public List<DomainSnapshot> domains() {
        return List.copyOf(domains.values());
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
        calls.add("define " + spec.name());
        domains.putIfAbsent(
                spec.name(), new DomainSnapshot(spec.name(), spec.uuid(), false, -1, DomainState.SHUTOFF, 0, 0));
    }

    @Override
    public void undefine(String name) {
        if (domains.remove(name) != null) {
            calls.add("undefine " + name);
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    public boolean isClosed() {
        return closed;
    }
}
