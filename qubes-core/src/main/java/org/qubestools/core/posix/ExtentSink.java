package org.qubestools.core.posix;

import java.io.IOException;

/** Takes the stretches of a file that hold data. */
@FunctionalInterface
public interface ExtentSink {
    /** The next stretch, in bytes: behind the one before and not empty. */
    void data(long offset, long length) throws IOException;
}
