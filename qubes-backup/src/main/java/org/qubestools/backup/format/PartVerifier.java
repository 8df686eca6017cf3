package org.qubestools.backup.format;

import java.io.IOException;
import java.util.Optional;
import org.qubestools.backup.archive.MemberSource.Member;
import org.qubestools.backup.archive.PeekableMembers;

/** The border of trust: the one way from a member of an outer archive to bytes that may be interpreted. */
interface PartVerifier {
    /** The chunk that a member of this name is; empty for others, {@code .hmac} files too. */
    Optional<ChunkName> chunk(String memberName);

    /**
     * Reads a chunk and what authenticates it.
     *
     * @param member was just taken from {@code members}
     * @throws BadPart if it is not authentic; the members go on behind it
     * @throws org.qubestools.backup.archive.DamagedArchive if the outer archive breaks off
     */
    VerifiedPart verify(ChunkName name, Member member, PeekableMembers members) throws IOException;
}
