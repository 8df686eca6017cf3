package org.qubestools.core.io;

/** The end of the process in a test: an error, because nobody may catch it and go on. */
public final class SimulatedCrash extends Error {
    private static final long serialVersionUID = 1L;

    SimulatedCrash(String operation) {
        super("crashed instead of: " + operation);
    }
}
