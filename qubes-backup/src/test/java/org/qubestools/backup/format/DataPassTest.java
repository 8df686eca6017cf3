package org.qubestools.backup.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.build.ArchiveBuilder;
import org.qubestools.backup.build.OuterTar;
import org.qubestools.backup.build.ReadBack;

/** Chunks that are damaged, missing, double or in the wrong place: their VM fails and the others do not. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class DataPassTest {
    private static final String IMAGE = "appvms/work/private.img";
    private static final String FOUR = "vm4/private.img";

    static byte[] noise(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Two VMs; the image of {@code work} has the chunks 000 to 007. */
    private static OuterTar v3() {
        return two(ArchiveBuilder.v3()).build();
    }

    private static OuterTar v4() {
        return two(ArchiveBuilder.v4()).build();
    }

    private static ArchiveBuilder two(ArchiveBuilder builder) {
        return builder.vm("work", 4)
                .file("private.img", noise(1, 20_000))
                .vm("mail", 5)
                .file("private.img", noise(2, 9_000));
    }

    private static void assertOnlyWorkFails(OuterTar archive, String reason) {
        assertOnlyWorkFails(archive.bytes(), reason);
    }

    private static void assertOnlyWorkFails(byte[] archive, String reason) {
        ReadBack back = ReadBack.of(archive);

        assertThat(back.isGood()).isFalse();
        assertThat(back.problems()).hasSize(1);
        assertThat(back.problems().get(0)).startsWith("VM 'work'").endsWith(reason);
        assertThat(back.data().keySet()).singleElement().asString().matches("(appvms/mail|vm5)/private.img");
    }

    @Test
    void anUntouchedArchiveIsGood() {
        for (OuterTar archive : List.of(v3(), v4())) {
            ReadBack back = ReadBack.of(archive);

            assertThat(back.isGood()).as(back.toString()).isTrue();
            assertThat(back.data()).hasSize(2);
            assertThat(back.warnings()).isEmpty();
        }
    }

    @Test
    void whoActsIsToldOfEachArchiveAndOnceOfAFailure() {
        String mail = "appvms/mail/private.img";

        assertThat(ReadBack.of(v3()).events())
                .containsExactly(
                        "begin " + IMAGE,
                        "entry " + IMAGE,
                        "done " + IMAGE,
                        "begin " + mail,
                        "entry " + mail,
                        "done " + mail);
        assertThat(ReadBack.of(v3().flipped(IMAGE + ".002", 100)).events())
                .containsExactly(
                        "begin " + IMAGE,
                        "entry " + IMAGE,
                        "failed work",
                        "begin " + mail,
                        "entry " + mail,
                        "done " + mail);
        assertThat(ReadBack.of(two(ArchiveBuilder.v3()).vm("empty", 6).build()).events())
                .endsWith("failed empty");
    }

    @Test
    void membersWithoutPaddingBetweenThemAreGood() {
        assertThat(ReadBack.of(v3().bare()).isGood()).isTrue();
        assertThat(ReadBack.of(v4().bare()).isGood()).isTrue();
    }

    @Test
    void fault07_firstBadChunkDoesNotEndTheWholeRestore() {
        assertOnlyWorkFails(v3().flipped(IMAGE + ".002", 100), "file " + IMAGE + ", chunk 2: it is not authentic");
        assertOnlyWorkFails(v4().flipped(FOUR + ".002.enc", 200), "file " + FOUR + ", chunk 2: it is not authentic");
    }

    @Test
    void aChunkWithoutHmacFailsItsVm() {
        assertOnlyWorkFails(v3().without(IMAGE + ".001.hmac"), ", chunk 1: its .hmac is missing");
        assertOnlyWorkFails(v3().without(IMAGE + ".005.hmac"), ", chunk 5: its .hmac is missing");
    }

    @Test
    void anHmacWithoutChunkFailsItsVm() {
        assertOnlyWorkFails(v3().without(IMAGE + ".001"), ", chunk 1: a .hmac without its chunk, or a second one");
    }

    @Test
    void anOrphanedHmacFailsAVmThatWasComplete() {
        OuterTar archive = v3();
        OuterTar.Member hmac = archive.members().get(archive.indexOf(IMAGE + ".003.hmac"));

        assertOnlyWorkFails(archive.add(hmac), ", chunk 3: a .hmac without its chunk, or a second one");
    }

    @Test
    void aSecondHmacFailsItsVm() {
        OuterTar archive = v3();
        int index = archive.indexOf(IMAGE + ".003.hmac");
        archive.members().add(index, archive.members().get(index));

        assertOnlyWorkFails(archive, ", chunk 3: a .hmac without its chunk, or a second one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"(stdin)= ", "", "=", "(stdin)= 00", "(stdin)= zz", "no value at all"})
    void anHmacOfAnotherFormFailsItsVm(String text) {
        byte[] content = text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);

        ReadBack back = ReadBack.of(v3().replaced(IMAGE + ".001.hmac", content));

        assertThat(back.problems()).singleElement().asString().contains("VM 'work'", "chunk 1");
    }

    @Test
    void limit22_anHmacIsAtMost4096Bytes() {
        OuterTar archive = v3();
        byte[] good =
                archive.members().get(archive.indexOf(IMAGE + ".001.hmac")).content();
        byte[] padded = Arrays.copyOf(good, 4096);
        Arrays.fill(padded, good.length, padded.length, (byte) '\n');

        assertThat(ReadBack.of(archive.replaced(IMAGE + ".001.hmac", padded)).isGood())
                .isTrue();
        byte[] longer = Arrays.copyOf(padded, 4097);
        longer[4096] = '\n';
        assertOnlyWorkFails(archive.replaced(IMAGE + ".001.hmac", longer), "chunk 1: its .hmac is too long");
    }

    @Test
    void fault07_aMissingFirstChunkFailsItsVm() {
        OuterTar v3 = v3().without(IMAGE + ".000").without(IMAGE + ".000.hmac");

        assertOnlyWorkFails(v3, ", chunk 1: the chunks before it are missing");
        assertOnlyWorkFails(v4().without(FOUR + ".000.enc"), ", chunk 1: the chunks before it are missing");
    }

    @Test
    void fault08_aGapInTheChunksFailsItsVmAndNothingHangs() {
        OuterTar v3 = v3().without(IMAGE + ".002").without(IMAGE + ".002.hmac");

        assertOnlyWorkFails(v3, ", chunk 3: a chunk before it is missing");
        assertOnlyWorkFails(v4().without(FOUR + ".002.enc"), ", chunk 3: a chunk before it is missing");
    }

    @Test
    void fault07_missingLastChunksFailTheirVm() {
        OuterTar v3 = v3();
        OuterTar v4 = v4();
        for (int i = 5; i <= 7; i++) {
            v3.without(IMAGE + ".00" + i).without(IMAGE + ".00" + i + ".hmac");
            v4.without(FOUR + ".00" + i + ".enc");
        }

        assertOnlyWorkFails(v3, ", chunk 4: the inner archive ends inside '" + IMAGE + "'");
        assertOnlyWorkFails(v4, ", chunk 4: the inner archive ends inside '" + FOUR + "'");
    }

    @Test
    void fault08_chunksInTheWrongOrderFailTheirVmAndNothingHangs() {
        OuterTar v3 = v3();
        Collections.swap(v3.members(), v3.indexOf(IMAGE + ".001"), v3.indexOf(IMAGE + ".002"));
        Collections.swap(v3.members(), v3.indexOf(IMAGE + ".001.hmac"), v3.indexOf(IMAGE + ".002.hmac"));
        OuterTar v4 = v4();
        Collections.swap(v4.members(), v4.indexOf(FOUR + ".001.enc"), v4.indexOf(FOUR + ".002.enc"));

        assertOnlyWorkFails(v3, ", chunk 2: a chunk before it is missing");
        assertOnlyWorkFails(v4, ", chunk 2: a chunk before it is missing");
    }

    @Test
    void fault19_theSameChunkTwiceFailsItsVm() {
        OuterTar v4 = v4();
        v4.members().add(v4.members().get(v4.indexOf(FOUR + ".001.enc")));
        OuterTar directly = v4();
        int index = directly.indexOf(FOUR + ".001.enc");
        directly.members().add(index, directly.members().get(index));

        assertOnlyWorkFails(v4, ", chunk 1: it comes after the end of its file, or a second time");
        assertOnlyWorkFails(directly, ", chunk 1: it is there twice or out of order");
    }

    @Test
    void aFirstChunkThatComesTwiceFailsItsVm() {
        OuterTar directly = v4();
        int index = directly.indexOf(FOUR + ".000.enc");
        directly.members().add(index, directly.members().get(index));
        OuterTar atTheEnd = v4();
        atTheEnd.members().add(atTheEnd.members().get(index));

        assertThat(ReadBack.of(directly).problems()).singleElement().asString().startsWith("VM 'work'");
        assertOnlyWorkFails(atTheEnd, ", chunk 0: it comes after the end of its file, or a second time");
    }

    @Test
    void threat25_2_format4BindsAChunkToItsNameAndFormat3DoesNot() {
        OuterTar v4 = v4().without(FOUR + ".001.enc").renamed(FOUR + ".002.enc", FOUR + ".001.enc");
        OuterTar otherVm = v4().without(FOUR + ".001.enc");
        otherVm.before(
                FOUR + ".002.enc",
                otherVm.members()
                        .get(otherVm.indexOf("vm5/private.img.001.enc"))
                        .named(FOUR + ".001.enc"));

        assertOnlyWorkFails(v4, ", chunk 1: not authentic: wrong passphrase, damaged, or from another place");
        assertOnlyWorkFails(otherVm, ", chunk 1: not authentic: wrong passphrase, damaged, or from another place");
    }

    @Test
    void aChunkOfAnotherBackupFailsItsVm() {
        OuterTar other = two(ArchiveBuilder.v4().backupId("20250101T000000-2")).build();
        OuterTar v4 = v4();
        v4.members().set(v4.indexOf(FOUR + ".001.enc"), other.members().get(other.indexOf(FOUR + ".001.enc")));

        assertOnlyWorkFails(v4, ", chunk 1: not authentic: wrong passphrase, damaged, or from another place");
    }

    @Test
    void aRenamedChunkOfFormat3FailsByItsNumber() {
        OuterTar v3 = v3().renamed(IMAGE + ".002", IMAGE + ".009").renamed(IMAGE + ".002.hmac", IMAGE + ".009.hmac");

        assertOnlyWorkFails(v3, ", chunk 9: a chunk before it is missing");
    }

    @Test
    void error23_unknownMembersBetweenKnownOnesAreSkipped() {
        OuterTar v3 = v3();
        v3.before(IMAGE + ".002", new OuterTar.Member("README", noise(3, 700)));
        v3.before("appvms/mail/private.img.000", new OuterTar.Member("appvms/other/private.img.000", noise(3, 700)));

        assertThat(ReadBack.of(v3).isGood()).isTrue();
    }

    @Test
    void error23_aVmThatIsFlaggedButHasNoDataFails() {
        OuterTar v3 = two(ArchiveBuilder.v3()).vm("empty", 6).build();

        ReadBack back = ReadBack.of(v3);

        assertThat(back.problems()).containsExactly("VM 'empty': its data are missing");
        assertThat(back.data()).hasSize(2);
    }

    @Test
    void aVmWithoutItsImageFails() {
        OuterTar v3 = two(ArchiveBuilder.v3())
                .vm("odd", 6)
                .file("firewall.xml", noise(4, 10))
                .build();

        assertThat(ReadBack.of(v3).problems()).containsExactly("VM 'odd': private.img is missing");
    }

    @Test
    void fault15_prefixesOfPathsAreNoPaths() {
        OuterTar archive = ArchiveBuilder.v4()
                .vm("ten", 10)
                .file("private.img", noise(1, 100))
                .vm("one", 2)
                .file("private.img", noise(2, 100))
                .vm("hundred", 100)
                .file("private.img", noise(3, 100))
                .build();

        ReadBack back = ReadBack.of(archive);

        assertThat(back.isGood()).as(back.toString()).isTrue();
        assertThat(back.data()).containsOnlyKeys("vm10/private.img", "vm100/private.img", "vm2/private.img");
    }
}
