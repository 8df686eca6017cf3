package org.qubestools.core.io;

/** Receives how far a long piece of work is; called by the thread that does the work. */
public interface Progress {
    /** Nobody watches. */
    Progress NONE = new Progress() {
        @Override
        public void start(long totalBytes) {}

        @Override
        public void item(String name) {}

        @Override
        public void advance(long bytes) {}

        @Override
        public void done() {}
    };

    /** Work begins; {@code totalBytes} is the sum of what {@link #advance} will report, 0 when not known. */
    void start(long totalBytes);

    /** The next file or VM is in work. */
    void item(String name);

    /** So many more bytes are done. */
    void advance(long bytes);

    /** The work is over; it may have failed. */
    void done();
}
