package org.qubestools.backup.format;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import org.qubestools.backup.archive.MemberSource.Member;
import org.qubestools.backup.archive.PeekableMembers;
import org.qubestools.backup.crypto.HmacDigest;
import org.qubestools.backup.crypto.PartHmac;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.pipeline.PartBuffer;

/** Formats 2 and 3: each member is followed by one that holds its HMAC. */
final class HmacVerifier implements PartVerifier {
    static final String SUFFIX = ".hmac";

    private final HmacDigest digest;
    private final Passphrase passphrase;
    private final ReadSpace space;

    HmacVerifier(HmacDigest digest, Passphrase passphrase, ReadSpace space) {
        this.digest = digest;
        this.passphrase = passphrase;
        this.space = space;
    }

    @Override
    public Optional<ChunkName> chunk(String memberName) {
        return ChunkName.parse(memberName);
    }

    @Override
    public VerifiedPart verify(ChunkName name, Member member, PeekableMembers members) throws IOException {
        PartBuffer buffer = space.buffer();
        VerifiedPart part = null;
        try {
            byte[] computed = fill(buffer, member.data(), member.size());
            byte[] claimed = claimed(member.name(), members);
            if (PartHmac.matches(computed, claimed)) {
                part = new VerifiedPart(name, buffer, null);
            } else {
                // Its memory is needed for the second reading, which would wait for it.
                buffer.close();
                part = secondLook(name, member, computed, claimed);
            }
            return part;
        } finally {
            if (part == null) {
                buffer.close();
            }
        }
    }

    private byte[] fill(PartBuffer buffer, InputStream data, long size) throws IOException {
        PartHmac hmac = PartHmac.start(digest, passphrase);
        buffer.fill(data, size, hmac::update);
        return hmac.end();
    }

    /** The value in the {@code .hmac} member that must come next. */
    private static byte[] claimed(String memberName, PeekableMembers members) throws IOException {
        Member next = members.peek();
        if (next == null || !next.name().equals(memberName + SUFFIX)) {
            throw new BadPart("its " + SUFFIX + " is missing");
        }
        members.next();
        if (next.size() > PartHmac.MAX_TEXT) {
            throw new BadPart("its " + SUFFIX + " is too long");
        }
        return PartHmac.parse(next.data().readNBytes((int) next.size()))
                .orElseThrow(() -> new BadPart("its " + SUFFIX + " is malformed"));
    }

    private VerifiedPart secondLook(ChunkName name, Member member, byte[] computed, byte[] claimed) throws IOException {
        if (member.again() == null) {
            throw new BadPart("it is not authentic");
        }
        PartBuffer buffer = space.buffer();
        VerifiedPart part = null;
        try (InputStream again = member.again().open()) {
            byte[] second = fill(buffer, again, member.size());
            if (PartHmac.matches(second, claimed)) {
                space.warnings().accept(Unreliable.GOOD_AT_SECOND_READ + name);
                part = new VerifiedPart(name, buffer, null);
                return part;
            }
            throw new BadPart(Arrays.equals(second, computed) ? "it is not authentic" : Unreliable.DIFFERS);
        } finally {
            if (part == null) {
                buffer.close();
            }
        }
    }
}
