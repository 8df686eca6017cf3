package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.Vmm;

/** A running system with the domains a test wants; it notes what it is told to define. 16000 MiB, 4 CPUs. */
final class RecordingVmm implements Vmm {
    private static final long KIB = 1024;

    private final List<DomainSnapshot> domains = new ArrayList<>();
    private final List<String> calls = new ArrayList<>();
    private @Nullable QubesException refusal;

    RecordingVmm running(String name, int id) {
        return with(name, id, DomainState.RUNNING);
    }

    RecordingVmm with(String name, int id, DomainState state) {
        domains.add(new DomainSnapshot(name, "uuid of " + name, true, id, state, 700 * KIB, 0));
        return this;
    }

    /** From now on every definition fails. */
    RecordingVmm refusingDefinitions() {
        refusal = new QubesException(ErrorKind.FAILED, "the driver refused it");
        return this;
    }

    /** What was defined and undefined, in order. */
    List<String> calls() {
        return calls;
    }

    @Override
    public HostInfo host() {
        return new HostInfo(16000, 4);
    }

    @Override
    public List<DomainSnapshot> domains() {
        return List.copyOf(domains);
    }

    @Override
    public void define(DomainSpec spec) {
        if (refusal != null) {
            throw refusal;
        }
        calls.add("define " + spec.name());
    }

    @Override
    public void undefine(String name) {
        calls.add("undefine " + name);
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
