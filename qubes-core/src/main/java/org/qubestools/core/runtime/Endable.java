package org.qubestools.core.runtime;

/** How what takes long is done, so that the user may end it: CANCELLED then. */
@FunctionalInterface
public interface Endable {
    void run(Runnable work);
}
