package org.qubestools.backup.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qubestools.backup.format.DataPassTest.noise;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.archive.MemberSource.Member;
import org.qubestools.backup.archive.PeekableMembers;
import org.qubestools.backup.build.ArchiveBuilder;
import org.qubestools.backup.build.Sealing;
import org.qubestools.backup.crypto.HmacDigest;
import org.qubestools.backup.crypto.KeyDerivation;
import org.qubestools.backup.crypto.ScryptCost;
import org.qubestools.backup.crypto.ScryptLimits;
import org.qubestools.backup.pipeline.SegmentPool;
import org.qubestools.backup.pipeline.SpillSpace;

/** Single chunks before their verifiers; a chunk that looks wrong is read a second time where that is possible. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class VerifierTest {
    private static final String NAME = "vm4/private.img.000";
    private static final byte[] CONTENT = noise(1, 200_000);

    @TempDir
    private Path directory;

    private final List<String> warnings = new ArrayList<>();

    /** Memory for one chunk only. */
    private ReadSpace space() {
        KeyDerivation derivation = new KeyDerivation(ScryptLimits.within(1 << 20));
        return new ReadSpace(new SegmentPool(1), new SpillSpace(directory), derivation, warnings::add);
    }

    private static byte[] flipped(byte[] content) {
        byte[] other = content.clone();
        other[other.length / 2] ^= 4;
        return other;
    }

    /** A chunk that reads as {@code first}, and then as {@code second}. */
    private static Member member(String name, byte[] first, byte[] second) {
        return new Member(name, first.length, new ByteArrayInputStream(first), () -> new ByteArrayInputStream(second));
    }

    private static Member once(String name, byte[] content) {
        return new Member(name, content.length, new ByteArrayInputStream(content));
    }

    private static PeekableMembers following(Member... members) {
        List<Member> rest = new ArrayList<>(List.of(members));
        return new PeekableMembers(new org.qubestools.backup.archive.MemberSource() {
            @Override
            public Member next() {
                return rest.isEmpty() ? null : rest.remove(0);
            }

            @Override
            public void close() {}
        });
    }

    private byte[] hmacVerified(Member member) throws IOException {
        PartVerifier verifier =
                new HmacVerifier(HmacDigest.SHA512, Sealing.passphrase(ArchiveBuilder.PASSPHRASE), space());
        byte[] hmac = Sealing.hmac("SHA512", ArchiveBuilder.PASSPHRASE, CONTENT);
        try (VerifiedPart part =
                verifier.verify(verifier.chunk(NAME).orElseThrow(), member, following(once(NAME + ".hmac", hmac)))) {
            return part.open().readAllBytes();
        }
    }

    private byte[] scryptVerified(Member member) throws IOException {
        PartVerifier verifier = new ScryptVerifier("id", Sealing.passphrase(ArchiveBuilder.PASSPHRASE), space());
        ChunkName name = verifier.chunk(NAME + ".enc").orElseThrow();
        try (VerifiedPart part = verifier.verify(name, member, following())) {
            return part.open().readAllBytes();
        }
    }

    private static byte[] sealed(ScryptCost cost) {
        return Sealing.scrypt(cost, "id!" + NAME + "!", ArchiveBuilder.PASSPHRASE, CONTENT);
    }

    @Test
    void anAuthenticChunkIsGivenOutWithoutASecondLook() throws IOException {
        assertThat(hmacVerified(once(NAME, CONTENT))).isEqualTo(CONTENT);
        assertThat(scryptVerified(once(NAME + ".enc", sealed(Sealing.CHEAP)))).isEqualTo(CONTENT);
        assertThat(warnings).isEmpty();
    }

    @Test
    void aChunkThatIsRightTheSecondTimeIsGoodWithAWarning() throws IOException {
        byte[] sealed = sealed(Sealing.CHEAP);

        assertThat(hmacVerified(member(NAME, flipped(CONTENT), CONTENT))).isEqualTo(CONTENT);
        assertThat(scryptVerified(member(NAME + ".enc", flipped(sealed), sealed)))
                .isEqualTo(CONTENT);

        assertThat(warnings)
                .containsOnly("this machine or the medium is unreliable: a chunk was right only when it was read a"
                        + " second time: " + NAME)
                .hasSize(2);
    }

    @Test
    void aChunkThatStaysWrongIsNotAuthentic() {
        byte[] bad = flipped(CONTENT);
        byte[] sealed = flipped(sealed(Sealing.CHEAP));

        assertThatThrownBy(() -> hmacVerified(member(NAME, bad, bad))).hasMessage("it is not authentic");
        assertThatThrownBy(() -> scryptVerified(member(NAME + ".enc", sealed, sealed)))
                .hasMessage("it is not authentic");
        assertThatThrownBy(() -> hmacVerified(once(NAME, bad))).hasMessage("it is not authentic");
    }

    @Test
    void aChunkThatChangesFromOneReadingToTheNextIsTheMediumsFault() {
        byte[] other = CONTENT.clone();
        other[0] ^= 1;
        byte[] sealed = sealed(Sealing.CHEAP);
        byte[] otherSealed = sealed.clone();
        otherSealed[100] ^= 1;

        assertThatThrownBy(() -> hmacVerified(member(NAME, flipped(CONTENT), other)))
                .hasMessageContaining("this machine or the medium is unreliable, not the archive");
        assertThatThrownBy(() -> scryptVerified(member(NAME + ".enc", flipped(sealed), otherSealed)))
                .hasMessageContaining("this machine or the medium is unreliable, not the archive");
    }

    @Test
    void aScryptMemberThatIsTooShortForItsFrameIsBad() {
        for (int length : new int[] {0, 95, 96, 127}) {
            byte[] cut = java.util.Arrays.copyOf(sealed(Sealing.CHEAP), length);
            assertThatThrownBy(() -> scryptVerified(once(NAME + ".enc", cut)))
                    .isInstanceOf(BadPart.class)
                    .hasMessage("it is too short");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"14 8 1", "4 8 100000"})
    void limit22_aCostBeyondTheLimitsFailsTheChunkWithItsNumber(String cost) {
        String[] words = cost.split(" ", -1);
        byte[] sealed = sealed(Sealing.CHEAP);
        sealed[7] = Byte.parseByte(words[0]);
        java.nio.ByteBuffer.wrap(sealed).putInt(8, Integer.parseInt(words[1])).putInt(12, Integer.parseInt(words[2]));
        rechecked(sealed);

        assertThatThrownBy(() -> scryptVerified(once(NAME + ".enc", sealed)))
                .isInstanceOf(BadPart.class)
                .hasMessageContaining("N=2^" + words[0] + " r=8 p=" + words[2])
                .hasMessageContaining("are allowed");
    }

    /** The checksum needs no passphrase. */
    static void rechecked(byte[] sealed) {
        try {
            java.security.MessageDigest digest = java.security.MessageDigest.getInstance("SHA-256");
            digest.update(sealed, 0, 48);
            System.arraycopy(digest.digest(), 0, sealed, 48, 16);
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anEmptyContentIsGood() throws IOException {
        byte[] sealed = Sealing.scrypt(Sealing.CHEAP, "id!" + NAME + "!", ArchiveBuilder.PASSPHRASE, new byte[0]);

        assertThat(sealed).hasSize(128);
        assertThat(scryptVerified(once(NAME + ".enc", sealed))).isEmpty();
    }
}
