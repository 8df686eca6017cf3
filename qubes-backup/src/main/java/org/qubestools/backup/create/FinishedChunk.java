package org.qubestools.backup.create;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.OuterTarWriter;
import org.qubestools.backup.pipeline.PartBuffer;

/** A chunk ready to be sent, with what authenticates it. */
final class FinishedChunk {
    /** Nothing follows. */
    static final FinishedChunk LAST = new FinishedChunk("", new byte[0], null, new byte[0], null);

    private final String member;
    private final byte[] head;
    private final @Nullable PartBuffer content;
    private final byte[] tail;
    private final byte @Nullable [] hmac;

    /**
     * A chunk.
     *
     * @param hmac content of the {@code .hmac} member; null for none
     */
    FinishedChunk(String member, byte[] head, @Nullable PartBuffer content, byte[] tail, byte @Nullable [] hmac) {
        this.member = member;
        this.head = head.clone();
        this.content = content;
        this.tail = tail.clone();
        this.hmac = hmac;
    }

    /** Writes its members and frees its memory. */
    void send(OuterTarWriter out) throws IOException {
        PartBuffer buffer = content;
        if (buffer == null) {
            return;
        }
        try (buffer) {
            out.member(member, head, buffer.reading(), buffer.size(), tail);
            if (hmac != null) {
                out.member(member + ".hmac", hmac);
            }
        }
    }
}
