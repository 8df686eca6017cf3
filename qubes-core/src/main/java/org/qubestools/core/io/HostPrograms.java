package org.qubestools.core.io;

import java.util.List;

/** The port to programs of the host that do one piece of work and end. */
public interface HostPrograms {
    /** Whether the program is there; {@code fixedPath} is absolute, as users know it. */
    boolean isInstalled(String fixedPath);

    /**
     * Runs a program to its end.
     *
     * @param command its path and its arguments, no shell line
     * @throws org.qubestools.core.error.QubesException FAILED if it cannot be run or ends with another status than 0
     */
    void run(List<String> command);

    /** The programs that are really there. */
    static HostPrograms ofThisHost() {
        return InstalledPrograms.INSTANCE;
    }
}
