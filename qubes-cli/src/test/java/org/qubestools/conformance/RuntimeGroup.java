package org.qubestools.conformance;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** One group of the run-time recordings. */
interface RuntimeGroup {
    /**
     * Runs every case, each as one result.
     *
     * @param name of the file, without its ending
     * @param recording the whole file
     * @param temporary an existing directory that is deleted later
     */
    void run(String name, Map<String, Object> recording, Path temporary, Report report) throws IOException;
}
