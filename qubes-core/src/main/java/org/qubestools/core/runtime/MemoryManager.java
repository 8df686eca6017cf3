package org.qubestools.core.runtime;

import org.qubestools.core.error.QubesException;

/** The port to the memory manager of a Xen host, which makes room for a domain. */
public interface MemoryManager {
    /** Room for one domain; the manager does nothing else until it is closed. */
    interface Grant extends AutoCloseable {
        /** Closing twice is fine. */
        @Override
        void close();
    }

    /**
     * Waits until there is room.
     *
     * @throws QubesException FAILED ("not enough memory") if there will be none, or if the manager is not there but should
     */
    Grant request(long bytes);
}
