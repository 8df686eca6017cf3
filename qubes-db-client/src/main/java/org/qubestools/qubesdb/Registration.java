package org.qubestools.qubesdb;

/** One watch of a client, over all its connections. */
final class Registration implements Watch {
    private final Session session;
    private final QubesDbPath path;
    private final WatchTarget target;
    private volatile boolean closed;

    Registration(Session session, QubesDbPath path, WatchTarget target) {
        this.session = session;
        this.path = path;
        this.target = target;
    }

    @Override
    public QubesDbPath path() {
        return path;
    }

    WatchTarget target() {
        return target;
    }

    boolean isClosed() {
        return closed;
    }

    void changed(QubesDbPath untrustedPath) {
        if (!closed) {
            target.changed(this, untrustedPath);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            session.forget(this);
        }
    }
}
