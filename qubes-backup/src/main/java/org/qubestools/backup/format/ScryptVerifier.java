package org.qubestools.backup.format;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.MemberSource.Member;
import org.qubestools.backup.archive.PeekableMembers;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.crypto.ScryptEnvelope;
import org.qubestools.backup.pipeline.PartBuffer;
import org.qubestools.core.error.QubesException;

/** Format 4: each member is a file of the scrypt utility, its passphrase bound to backup and name. */
final class ScryptVerifier implements PartVerifier, KeysAhead.Opener {
    static final String SUFFIX = ".enc";

    private final String backupId;
    private final Passphrase passphrase;
    private final ReadSpace space;
    private @Nullable KeysAhead ahead;

    ScryptVerifier(String backupId, Passphrase passphrase, ReadSpace space) {
        this.backupId = backupId;
        this.passphrase = passphrase;
        this.space = space;
    }

    @Override
    public Optional<ChunkName> chunk(String memberName) {
        return memberName.endsWith(SUFFIX)
                ? ChunkName.parse(memberName.substring(0, memberName.length() - SUFFIX.length()))
                : Optional.empty();
    }

    @Override
    public ScryptEnvelope open(ChunkName name, byte[] header) throws DamagedArchive {
        String context = ScryptEnvelope.memberContext(backupId, name.text());
        return ScryptEnvelope.open(header, context, passphrase, space.derivation());
    }

    /** Lets keys be derived before their chunks are read. */
    void use(KeysAhead keys) {
        ahead = keys;
    }

    private static @Nullable ScryptEnvelope take(KeysAhead keys, ChunkName name, byte[] header)
            throws InterruptedIOException {
        try {
            return keys.take(name, header);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    @Override
    public VerifiedPart verify(ChunkName name, Member member, PeekableMembers members) throws IOException {
        Attempt first = attempt(name, member.data(), member.size(), ahead);
        if (first.part != null) {
            return first.part;
        }
        if (member.again() == null) {
            throw new BadPart(first.reason);
        }
        try (InputStream again = member.again().open()) {
            Attempt second = attempt(name, again, member.size(), null);
            if (second.part != null) {
                space.warnings().accept(Unreliable.GOOD_AT_SECOND_READ + name);
                return second.part;
            }
            boolean same = Arrays.equals(first.trace, second.trace) && first.reason.equals(second.reason);
            throw new BadPart(same ? first.reason : Unreliable.DIFFERS);
        }
    }

    /** What one reading came to: a part, or a reason and what was computed. */
    private static final class Attempt {
        private final VerifiedPart part;
        private final String reason;
        private final byte[] trace;

        @SuppressWarnings("NullAway") // a failed attempt has no part; asked for with that in mind
        Attempt(VerifiedPart part, String reason, byte[] trace) {
            this.part = part;
            this.reason = reason;
            this.trace = trace;
        }
    }

    @SuppressWarnings("NullAway") // see Attempt
    private Attempt attempt(ChunkName name, InputStream data, long size, @Nullable KeysAhead keys) throws IOException {
        if (size < ScryptEnvelope.OVERHEAD) {
            return new Attempt(null, "it is too short", new byte[0]);
        }
        byte[] header = data.readNBytes(ScryptEnvelope.HEADER_LENGTH);
        ScryptEnvelope envelope;
        try {
            ScryptEnvelope taken = keys == null ? null : take(keys, name, header);
            envelope = taken == null ? open(name, header) : taken;
        } catch (DamagedArchive | QubesException e) {
            // A cost that is refused is not authentic yet either: it fails this chunk, not the whole backup.
            return new Attempt(null, String.valueOf(e.getMessage()), header);
        }
        PartBuffer buffer = space.buffer();
        boolean authentic = false;
        try {
            buffer.fill(data, size - ScryptEnvelope.OVERHEAD, envelope::authenticate);
            byte[] trailer = data.readNBytes(ScryptEnvelope.TRAILER_LENGTH);
            byte[] computed = envelope.computedTrailer();
            authentic = ScryptEnvelope.matches(computed, trailer);
            return authentic
                    ? new Attempt(new VerifiedPart(name, buffer, envelope), "", trailer)
                    : new Attempt(null, "it is not authentic", computed);
        } finally {
            if (!authentic) {
                buffer.close();
            }
        }
    }
}
