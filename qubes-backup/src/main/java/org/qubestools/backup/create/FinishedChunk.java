package org.qubestools.backup.create;

import java.io.IOException;
import org.qubestools.backup.archive.OuterTarWriter;

/** A chunk ready to be sent, with what authenticates it. */
interface FinishedChunk {
    /** Nothing follows. */
    FinishedChunk LAST = out -> {};

    /** Writes its members and frees its memory. */
    void send(OuterTarWriter out) throws IOException, InterruptedException;
}
