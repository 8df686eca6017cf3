package org.qubestools.qubesdb;

/** A watch that goes on until it is closed. */
public interface Watch extends AutoCloseable {
    QubesDbPath path();

    /**
     * No listener call begins after this, but for one that begins at this very moment in the other thread. Returns at
     * once. Closing twice is safe, also while disconnected.
     */
    @Override
    void close();
}
