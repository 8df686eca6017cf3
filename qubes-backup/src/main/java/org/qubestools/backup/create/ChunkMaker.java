package org.qubestools.backup.create;

import java.io.IOException;
import java.util.concurrent.Future;
import org.qubestools.backup.crypto.PartHmac;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.crypto.ScryptEnvelope;
import org.qubestools.backup.format.ChunkName;
import org.qubestools.backup.pipeline.PartBuffer;
import org.qubestools.backup.pipeline.SegmentPool;
import org.qubestools.backup.pipeline.SpillSpace;

/** Opens chunks of the one or the other format. */
interface ChunkMaker {
    OpenChunk open(ChunkName name) throws InterruptedException;

    /** Format 3: an HMAC beside each chunk. */
    static ChunkMaker hmac(WriteFormat format, Passphrase passphrase, SegmentPool pool, SpillSpace space) {
        return name -> new HmacChunk(name, PartHmac.start(format.digest(), passphrase), new PartBuffer(pool, space));
    }

    /** Format 4: a frame around each chunk, with a key derivation each. */
    static ChunkMaker scrypt(ChunkKeys keys, SegmentPool pool, SpillSpace space) {
        return name -> new ScryptChunk(name, keys.chunk(name.text()), new PartBuffer(pool, space));
    }

    /** A chunk of format 3. */
    record HmacChunk(ChunkName name, PartHmac hmac, PartBuffer buffer) implements OpenChunk {
        @Override
        public long size() {
            return buffer.size();
        }

        @Override
        public void append(byte[] bytes, int offset, int length) throws IOException {
            hmac.update(bytes, offset, length);
            buffer.append(bytes, offset, length);
        }

        @Override
        public FinishedChunk finish() {
            byte[] sum = PartHmac.text(hmac.end());
            return out -> {
                try (buffer) {
                    out.member(name.text(), buffer.reading(), buffer.size());
                    out.member(name.text() + ".hmac", sum);
                }
            };
        }
    }

    /** A chunk of format 4, encrypted when it is sent: its key may come later than its content. */
    record ScryptChunk(ChunkName name, Future<ScryptEnvelope> key, PartBuffer buffer) implements OpenChunk {
        @Override
        public long size() {
            return buffer.size();
        }

        @Override
        public void append(byte[] bytes, int offset, int length) throws IOException {
            buffer.append(bytes, offset, length);
        }

        @Override
        public FinishedChunk finish() {
            return out -> {
                ScryptEnvelope envelope = ChunkKeys.delivered(key);
                try (buffer) {
                    long size = buffer.size() + ScryptEnvelope.OVERHEAD;
                    out.member(name.text() + ".enc", envelope.sealing(buffer.reading()), size);
                }
            };
        }
    }
}
