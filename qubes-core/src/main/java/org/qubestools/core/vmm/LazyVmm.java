package org.qubestools.core.vmm;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.HostSource;
import org.qubestools.core.model.PciAddress;

/**
 * A {@link Vmm} that connects at first use, once, and never in offline mode.
 *
 * <p>A failed opening is tried again at the next use. A call that fails because the connection is lost is repeated once
 * on a new one. Safe for use from several threads.
 */
public final class LazyVmm implements Vmm, HostSource {
    /** Opens the connection; throws VMM_UNREACHABLE naming the URI if that fails. */
    public interface Opener {
        Vmm open();

        /** Begins, beside the caller, what takes time before an opening; connects to nothing. */
        default void prepare() {}
    }

    /** One question to the VMM. */
    private interface Call<T> {
        T on(Vmm vmm);
    }

    /** One order to the VMM. */
    private interface Order {
        void on(Vmm vmm);
    }

    private final Opener opener;
    private final boolean offline;
    private @Nullable Vmm open;
    private boolean closed;

    private LazyVmm(Opener opener, boolean offline) {
        this.opener = opener;
        this.offline = offline;
    }

    public static LazyVmm connectingBy(Opener opener) {
        return new LazyVmm(opener, false);
    }

    /** One that answers every question with OFFLINE. */
    public static LazyVmm offline() {
        return new LazyVmm(new Refusing(), true);
    }

    /** For a caller who will ask soon and has other work before that; connects to nothing. */
    public void prepare() {
        opener.prepare();
    }

    public boolean isOffline() {
        return offline;
    }

    /** Throws OFFLINE in offline mode; connects to nothing. */
    public void requireOnline() {
        if (offline) {
            opener.open();
        }
    }

    private synchronized Vmm connected() {
        if (closed) {
            throw new IllegalStateException("the connection was closed");
        }
        if (open == null) {
            open = opener.open();
        }
        return open;
    }

    /** The connection after {@code lost}, which another thread may have replaced already. */
    private synchronized Vmm connectedAfter(Vmm lost) {
        if (open == lost) {
            open = null;
            lost.close();
        }
        return connected();
    }

    private <T> T ask(Call<T> call) {
        Vmm vmm = connected();
        try {
            return call.on(vmm);
        } catch (QubesException e) {
            return call.on(another(vmm, e));
        }
    }

    /** A new connection, if it was for the loss of {@code vmm} that a call failed; else throws the failure. */
    private Vmm another(Vmm vmm, QubesException failure) {
        if (vmm.isAlive()) {
            throw failure;
        }
        return connectedAfter(vmm);
    }

    private void tell(Order order) {
        ask(vmm -> {
            order.on(vmm);
            return vmm;
        });
    }

    /** Facts of the host, or nothing in offline mode; VMM_UNREACHABLE without a connection. */
    @Override
    public Optional<HostInfo> knownHost() {
        return offline ? Optional.empty() : Optional.of(host());
    }

    @Override
    public HostInfo host() {
        return ask(Vmm::host);
    }

    // No lambda here and in domains(), which most runs ask for: the first use of one takes longer than the call.
    @Override
    public VmmTraits traits() {
        Vmm vmm = connected();
        try {
            return vmm.traits();
        } catch (QubesException e) {
            return another(vmm, e).traits();
        }
    }

    /** True also before the first use. */
    @Override
    public synchronized boolean isAlive() {
        return !closed && (open == null || open.isAlive());
    }

    @Override
    public List<DomainSnapshot> domains() {
        Vmm vmm = connected();
        try {
            return vmm.domains();
        } catch (QubesException e) {
            return another(vmm, e).domains();
        }
    }

    @Override
    public Optional<DomainSnapshot> find(DomainKey domain) {
        return ask(vmm -> vmm.find(domain));
    }

    @Override
    public void define(DomainSpec spec) {
        tell(vmm -> vmm.define(spec));
    }

    @Override
    public String definitionText(DomainSpec spec) {
        return ask(vmm -> vmm.definitionText(spec));
    }

    @Override
    public void undefine(DomainKey domain) {
        tell(vmm -> vmm.undefine(domain));
    }

    /** A paused domain that is there after the connection was lost is the one that was asked for. */
    @Override
    public int createPaused(DomainKey domain) {
        Vmm vmm = connected();
        try {
            return vmm.createPaused(domain);
        } catch (QubesException e) {
            Vmm next = another(vmm, e);
            DomainSnapshot made = next.find(domain).orElse(null);
            return made != null && made.state() == DomainState.PAUSED ? made.id() : next.createPaused(domain);
        }
    }

    @Override
    public void resume(DomainKey domain) {
        tell(vmm -> vmm.resume(domain));
    }

    @Override
    public void pause(DomainKey domain) {
        tell(vmm -> vmm.pause(domain));
    }

    @Override
    public boolean suspendToMemory(DomainKey domain) {
        return ask(vmm -> vmm.suspendToMemory(domain));
    }

    @Override
    public void wakeUp(DomainKey domain) {
        tell(vmm -> vmm.wakeUp(domain));
    }

    @Override
    public boolean shutdown(DomainKey domain) {
        return ask(vmm -> vmm.shutdown(domain));
    }

    @Override
    public boolean destroy(DomainKey domain) {
        return ask(vmm -> vmm.destroy(domain));
    }

    @Override
    public void attachNetwork(DomainSpec spec) {
        tell(vmm -> vmm.attachNetwork(spec));
    }

    @Override
    public void detachNetwork(DomainSpec spec) {
        tell(vmm -> vmm.detachNetwork(spec));
    }

    @Override
    public void detachDisk(DomainKey domain, String frontend) {
        tell(vmm -> vmm.detachDisk(domain, frontend));
    }

    @Override
    public LiveDevices devices() {
        return new LazyLiveDevices(this::deviceCall);
    }

    private <T> T deviceCall(LazyLiveDevices.Call<T> call) {
        return ask(vmm -> call.on(vmm.devices()));
    }

    @Override
    public void setMemory(DomainKey domain, long kib, long maximumKib) {
        tell(vmm -> vmm.setMemory(domain, kib, maximumKib));
    }

    @Override
    public boolean detachFromHost(PciAddress device) {
        return ask(vmm -> vmm.detachFromHost(device));
    }

    @Override
    public void reattachToHost(PciAddress device) {
        tell(vmm -> vmm.reattachToHost(device));
    }

    @Override
    public void save(DomainKey domain, Path file) {
        tell(vmm -> vmm.save(domain, file));
    }

    @Override
    public boolean restorePaused(DomainSpec spec, Path file) {
        return ask(vmm -> vmm.restorePaused(spec, file));
    }

    @Override
    public Subscription subscribe(DomainListener listener) {
        return ask(vmm -> vmm.subscribe(listener));
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (open != null) {
            open.close();
            open = null;
        }
    }

    /** No lambda: this is on the way of every offline run. */
    private static final class Refusing implements Opener {
        @Override
        public Vmm open() {
            throw new QubesException(
                    ErrorKind.OFFLINE,
                    "this needs the running system, and offline mode is on",
                    "run it again without --offline-mode (QUBES_OFFLINE), and without --root (QUBES_ROOT) or with --connect");
        }
    }
}
