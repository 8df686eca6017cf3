package org.qubestools.qubesdb;

import java.time.Duration;
import java.util.Optional;

/** Changes as a sequence that is waited for. Can be closed from another thread. */
public interface WatchStream extends AutoCloseable {
    /** What comes out of a stream. */
    sealed interface Event {}

    /** See {@link WatchListener#changed}. */
    record Changed(QubesDbPath untrustedPath) implements Event {}

    /** See {@link WatchListener#resynchronise}. */
    record Resynchronise() implements Event {}

    /** Waits for the next event; empty once the stream or the client is closed. */
    Optional<Event> next() throws InterruptedException;

    /** Waits for so long; empty if nothing came, or the stream is closed: {@link #isClosed} tells the two apart. */
    Optional<Event> next(Duration limit) throws InterruptedException;

    /** True once the stream or its client is closed; what came before can still be taken. */
    boolean isClosed();

    @Override
    void close();
}
