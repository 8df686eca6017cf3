package org.qubestools.backup.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.EntryType;
import org.qubestools.backup.archive.MemberSource.Member;
import org.qubestools.backup.archive.PeekableMembers;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.archive.TarReader;
import org.qubestools.backup.compress.Inflaters;
import org.qubestools.backup.crypto.HmacDigest;
import org.qubestools.backup.crypto.PartHmac;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.pipeline.PartBuffer;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;

/** The members with the qubes.xml of a backup, from the outer archive to its bytes. */
final class StoreStage {
    static final String PATH = "qubes.xml";

    private static final int MAX_CHUNK = 1 << 20;
    private static final int MAX_CHUNKS = 64;
    private static final int MAX_XML = 8 << 20;

    /** The file and how it was archived. */
    static final class Xml {
        private final TarEntry entry;
        private final byte[] bytes;

        Xml(TarEntry entry, byte[] bytes) {
            this.entry = entry;
            this.bytes = bytes;
        }

        TarEntry entry() {
            return entry;
        }

        byte[] bytes() {
            return bytes.clone();
        }
    }

    private final PeekableMembers members;
    private final ReadSpace space;
    private final List<byte[]> chunks = new ArrayList<>();

    StoreStage(PeekableMembers members, ReadSpace space) {
        this.members = members;
        this.space = space;
    }

    /** Reads and authenticates all chunks that come next; the first may have been read already. */
    void collect(PartVerifier verifier) throws IOException {
        Member next = members.peek();
        Optional<ChunkName> name = next == null ? Optional.empty() : verifier.chunk(next.name());
        while (next != null && name.isPresent() && name.get().path().equals(PATH)) {
            members.next();
            if (name.get().number() != chunks.size() || chunks.size() == MAX_CHUNKS) {
                throw damaged("its chunks are not in order");
            }
            if (next.size() > MAX_CHUNK) {
                throw damaged("a chunk of " + next.size() + " bytes");
            }
            try (VerifiedPart part = verifier.verify(name.get(), next, members)) {
                chunks.add(part.open().readAllBytes());
            } catch (BadPart e) {
                throw damaged(String.valueOf(e.getMessage()));
            }
            next = members.peek();
            name = next == null ? Optional.empty() : verifier.chunk(next.name());
        }
        if (chunks.isEmpty()) {
            throw damaged("it is missing");
        }
    }

    /** Takes the first chunk of an archive without header, and finds the digest that authenticates it. */
    HmacDigest collectHeaderless(Passphrase passphrase) throws IOException {
        Member first = members.next();
        if (first == null || first.size() > MAX_CHUNK) {
            throw damaged("its first chunk is too long");
        }
        byte[] chunk = first.data().readNBytes((int) first.size());
        Member hmac = members.next();
        if (hmac == null
                || !hmac.name().equals(first.name() + HmacVerifier.SUFFIX)
                || hmac.size() > PartHmac.MAX_TEXT) {
            throw damaged("its " + HmacVerifier.SUFFIX + " is missing");
        }
        HmacDigest digest = HeaderStage.digestOf(chunk, hmac.data().readNBytes((int) hmac.size()), passphrase);
        chunks.add(chunk);
        return digest;
    }

    /** The first chunk. */
    byte[] firstChunk() {
        return chunks.get(0).clone();
    }

    /** Decodes and unpacks with {@code format} what was collected. */
    Xml xml(BackupFormat format) {
        try {
            TarReader tar = new TarReader(format.volumes(new Collected(), Inflaters.NONE), format.isMultiVolume());
            TarEntry entry = tar.next();
            if (entry == null || !entry.path().isText(PATH) || entry.type() != EntryType.FILE) {
                throw damaged("its archive holds something else");
            }
            if (entry.size() > MAX_XML) {
                throw damaged("it has " + entry.size() + " bytes");
            }
            byte[] xml = new byte[(int) entry.size()];
            tar.content((offset, buffer, from, length) -> System.arraycopy(buffer, from, xml, (int) offset, length));
            if (tar.next() != null) {
                throw damaged("its archive holds something else");
            }
            return new Xml(entry, xml);
        } catch (IOException e) {
            String reason = e instanceof DamagedArchive ? String.valueOf(e.getMessage()) : IoReason.of(e);
            throw damaged(reason);
        }
    }

    private static QubesException damaged(String reason) {
        return new QubesException(ErrorKind.CORRUPT_BACKUP, "the qubes.xml of the backup cannot be used: " + reason);
    }

    /** The chunks in memory once more. */
    private final class Collected implements PartSequence {
        private int next;

        @Override
        public @Nullable VerifiedPart next() throws IOException {
            if (next == chunks.size()) {
                return null;
            }
            byte[] chunk = chunks.get(next);
            PartBuffer buffer = space.buffer();
            buffer.append(chunk, 0, chunk.length);
            return new VerifiedPart(new ChunkName(PATH, next++), buffer, null);
        }
    }
}
