package org.qubestools.core.vmm;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.HostSource;

/**
 * A {@link Vmm} that connects at first use, once, and never in offline mode.
 *
 * <p>A failed opening is tried again at the next use. Safe for use from several threads.
 */
public final class LazyVmm implements Vmm, HostSource {
    /** Opens the connection; throws VMM_UNREACHABLE naming the URI if that fails. */
    public interface Opener {
        Vmm open();
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

    public boolean isOffline() {
        return offline;
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

    /** Facts of the host, or nothing in offline mode; VMM_UNREACHABLE without a connection. */
    @Override
    public Optional<HostInfo> knownHost() {
        return offline ? Optional.empty() : Optional.of(host());
    }

    @Override
    public HostInfo host() {
        return connected().host();
    }

    @Override
    public List<DomainSnapshot> domains() {
        return connected().domains();
    }

    @Override
    public void define(DomainSpec spec) {
        connected().define(spec);
    }

    @Override
    public void undefine(String name) {
        connected().undefine(name);
    }

    @Override
    public boolean expectsQubesDaemons() {
        return connected().expectsQubesDaemons();
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
                    "run it again without --offline-mode or --root");
        }
    }
}
