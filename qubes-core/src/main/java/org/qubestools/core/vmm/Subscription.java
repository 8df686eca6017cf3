package org.qubestools.core.vmm;

/** Ends what a listener began; nothing is told after {@link #close} has returned. Closing twice is fine. */
public interface Subscription extends AutoCloseable {
    @Override
    void close();
}
