package org.qubestools.devices;

import java.util.Map;
import org.qubestools.qubesdb.QubesDbException;

/** A VM as far as its list of devices goes: a port, over its QubesDB. */
public interface PublishingVm {
    String DOM0 = "dom0";

    String name();

    /** Whether it is there to publish anything; dom0, which always is, is not asked. */
    boolean isRunning();

    /**
     * Keys and values below a directory, whatever the VM wrote there.
     *
     * @param directory with a slash at its end
     */
    Map<String, ByteText> untrustedTree(String directory) throws QubesDbException, InterruptedException;

    /** Drops the connection to its QubesDB: the next question makes a new one. */
    void refresh();
}
