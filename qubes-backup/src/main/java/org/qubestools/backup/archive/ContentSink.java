package org.qubestools.backup.archive;

import java.io.IOException;

/** Receives the data of a file, in ascending order; what is never given is a hole. */
public interface ContentSink {
    /** Only reading matters. */
    ContentSink NOWHERE = (offset, buffer, from, length) -> {};

    /** {@code length} bytes of {@code buffer} stand at {@code offset} of the file; the buffer is used again. */
    void data(long offset, byte[] buffer, int from, int length) throws IOException;
}
