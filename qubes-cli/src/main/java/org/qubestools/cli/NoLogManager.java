package org.qubestools.cli;

import java.io.IOException;
import java.util.logging.LogManager;

/**
 * The JDK's logging without a configuration: JNA makes a logger of it when it is loaded, for messages that nobody reads,
 * and the JDK would look for a configuration and for other loggers in every jar first, 10 ms or more.
 *
 * <p>The launchers name this class to the JVM, which makes it by its name.
 */
public final class NoLogManager extends LogManager {
    /** For the JVM. */
    public NoLogManager() {}

    /** The JDK takes this for a configuration that cannot be read: no logger has a place to write to. */
    @Override
    public void readConfiguration() throws IOException {
        throw new IOException("there is none");
    }
}
