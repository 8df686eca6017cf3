package org.qubestools.backup.create;

import java.io.IOException;

/** A chunk that is being filled. */
interface OpenChunk {
    /** Bytes appended so far. */
    long size();

    /** Takes a copy of the bytes. */
    void append(byte[] bytes, int offset, int length) throws IOException;

    FinishedChunk finish();
}
