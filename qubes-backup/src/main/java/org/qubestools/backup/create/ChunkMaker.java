package org.qubestools.backup.create;

import java.io.IOException;
import java.security.SecureRandom;
import org.qubestools.backup.crypto.PartHmac;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.crypto.ScryptCost;
import org.qubestools.backup.crypto.ScryptEnvelope;
import org.qubestools.backup.format.ChunkName;
import org.qubestools.backup.pipeline.PartBuffer;
import org.qubestools.backup.pipeline.SegmentPool;
import org.qubestools.backup.pipeline.SpillSpace;

/** Opens chunks of the one or the other format. */
interface ChunkMaker {
    OpenChunk open(ChunkName name);

    /** Format 3: an HMAC beside each chunk. */
    static ChunkMaker hmac(WriteFormat format, Passphrase passphrase, SegmentPool pool, SpillSpace space) {
        return name -> new HmacChunk(name, PartHmac.start(format.digest(), passphrase), new PartBuffer(pool, space));
    }

    /** Format 4: a frame around each chunk, with a key derivation each. */
    static ChunkMaker scrypt(
            ScryptCost cost,
            String backupId,
            Passphrase passphrase,
            SegmentPool pool,
            SpillSpace space,
            SecureRandom random) {
        return name -> {
            String context = ScryptEnvelope.memberContext(backupId, name.text());
            ScryptEnvelope envelope = ScryptEnvelope.create(cost, context, passphrase, random);
            return new ScryptChunk(name, envelope, new PartBuffer(pool, space));
        };
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
            return new FinishedChunk(name.text(), new byte[0], buffer, new byte[0], PartHmac.text(hmac.end()));
        }
    }

    /** A chunk of format 4. */
    record ScryptChunk(ChunkName name, ScryptEnvelope envelope, PartBuffer buffer) implements OpenChunk {
        @Override
        public long size() {
            return buffer.size();
        }

        @Override
        public void append(byte[] bytes, int offset, int length) throws IOException {
            envelope.encrypt(bytes, offset, length);
            buffer.append(bytes, offset, length);
        }

        @Override
        public FinishedChunk finish() {
            return new FinishedChunk(name.text() + ".enc", envelope.header(), buffer, envelope.trailer(), null);
        }
    }
}
