package org.qubestools.qubesdb;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** One watch of a client, over all its connections. Each is itself only. */
final class Registration implements Watch {
    private final QubesDbPath path;
    private final WatchTarget target;
    private final Consumer<Registration> forget;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** {@code forget}: told once that it is closed; does not wait. */
    Registration(QubesDbPath path, WatchTarget target, Consumer<Registration> forget) {
        this.path = path;
        this.target = target;
        this.forget = forget;
    }

    @Override
    public QubesDbPath path() {
        return path;
    }

    WatchTarget target() {
        return target;
    }

    boolean isClosed() {
        return closed.get();
    }

    void changed(QubesDbPath untrustedPath) {
        if (!isClosed()) {
            target.changed(this, untrustedPath);
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            forget.accept(this);
        }
    }
}
