package org.qubestools.backup.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.qubestools.backup.format.DataPassTest.noise;

import java.io.ByteArrayInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.build.ArchiveBuilder;
import org.qubestools.backup.build.OuterTar;
import org.qubestools.backup.build.ReadBack;
import org.qubestools.backup.build.Sealing;
import org.qubestools.backup.crypto.ScryptCost;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** The header of a backup, alone (section 5 of the format) and in its archive. */
final class HeaderTest {
    private static final String V3 =
            "version=3\nhmac-algorithm=SHA512\ncrypto-algorithm=aes-256-cbc\nencrypted=True\ncompressed=True\n";
    private static final String V4 =
            "version=4\nencrypted=True\ncompressed=False\nhmac-algorithm=scrypt\nbackup-id=20240101T000000-1\n";

    private static BackupHeader parse(String text) {
        return BackupHeaderParser.parse(Sealing.ascii(text));
    }

    private static OuterTar archive(ArchiveBuilder builder) {
        return builder.vm("work", 4).file("private.img", noise(1, 3000)).build();
    }

    private static QubesException refusal(OuterTar archive) {
        return catchThrowableOfType(QubesException.class, () -> ReadBack.of(archive));
    }

    private static void assertRefused(OuterTar archive, String message) {
        QubesException refusal = refusal(archive);

        assertThat(refusal).hasMessageContaining(message);
        assertThat(refusal.kind()).isEqualTo(ErrorKind.CORRUPT_BACKUP);
    }

    @Test
    void theHeaderOfFormat3IsRead() {
        BackupHeader header = parse(V3 + "compression-filter=bzip2\n");

        assertThat(header)
                .isEqualTo(new BackupHeader(FormatVersion.V3, true, true, "bzip2", "SHA512", "aes-256-cbc", ""));
        assertThat(BackupHeaderParser.parse(header.bytes())).isEqualTo(header);
        assertThat(parse(V3).compressionFilter()).isEqualTo("gzip");
    }

    @Test
    void theHeaderOfFormat4IsReadAndIsAlwaysEncrypted() {
        BackupHeader header = parse(V4.replace("encrypted=True", "encrypted=False"));

        assertThat(header.encrypted()).isTrue();
        assertThat(header.backupId()).isEqualTo("20240101T000000-1");
        assertThat(BackupHeaderParser.parse(header.bytes())).isEqualTo(header);
    }

    @Test
    void theHeaderOfFormat2HasNoVersion() {
        BackupHeader header = parse("hmac-algorithm=SHA1\nencrypted=True\ncompressed=False\n");

        assertThat(header.version()).isEqualTo(FormatVersion.V2);
        assertThat(header.cryptoAlgorithm()).isEqualTo("aes-256-cbc");
    }

    @ParameterizedTest
    @CsvSource({
        "True, true",
        "TRUE, true",
        "1, true",
        "yes, true",
        "Yes, true",
        "False, false",
        "0, false",
        "on, false",
        "'', false",
        "no, false"
    })
    void booleansAreReadAsTheOriginalsDo(String text, boolean value) {
        assertThat(parse(V3.replace("compressed=True", "compressed=" + text)).compressed())
                .isEqualTo(value);
    }

    @Test
    void blanksCarriageReturnsAndUnknownKeysAreLetPass() {
        assertThat(parse(V3.replace("\n", " \r\n").replace("=", " = ") + "some-key=what-ever\n\n"))
                .isEqualTo(parse(V3));
        assertThat(parse(V3.stripTrailing())).isEqualTo(parse(V3));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "word",
                "a=b=c",
                "a_b=c",
                "key=a b",
                "key=a/b",
                "key=a;b",
                "key=\u00e4",
                "version=3",
                "encrypted=no",
                "key=\u0000"
            })
    void aLineThatIsNoneRefusesTheHeader(String line) {
        assertThatThrownBy(() -> parse(V3 + line + "\n"))
                .hasMessageContaining("the header of the backup cannot be used");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hmac-algorithm", "crypto-algorithm", "encrypted", "compressed"})
    void error23_aMissingKeyIsNamed(String key) {
        String text = V3.replaceFirst(key + "=[^\n]*\n", "");

        assertThatThrownBy(() -> parse(text)).hasMessageContaining("the key " + key + " is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"backup-id", "compressed", "hmac-algorithm"})
    void error23_aMissingKeyOfFormat4IsNamed(String key) {
        String text = V4.replaceFirst(key + "=[^\n]*\n", "");

        assertThatThrownBy(() -> parse(text)).hasMessageContaining("the key " + key + " is missing");
        assertThatThrownBy(() -> parse(V4.replace("compressed=False", "compressed=True")))
                .hasMessageContaining("the key compression-filter is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-x", "-"})
    void aBackupIdThatIsNoneIsRefused(String id) {
        assertThatThrownBy(() -> parse(V4.replace("20240101T000000-1", id))).hasMessageContaining("backup-id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "5", "04", "3x", "999999999999", "", "-3"})
    void fault09_anUnknownVersionIsNamed(String version) {
        String text = V3.replace("version=3", "version=" + version);

        assertThatThrownBy(() -> parse(text)).hasMessage("backup format version " + version + " is not known");
    }

    @Test
    void fault08_aHeaderWithContradictoryVersionsIsRefused() {
        assertRefused(archive(ArchiveBuilder.v3().header(V3 + "version=4\n")), "the key version is there twice");
        assertRefused(archive(ArchiveBuilder.v3().header(V4)), "version 4 is authenticated otherwise");
        assertRefused(archive(ArchiveBuilder.v4().header(V3)), "version 3 is authenticated otherwise");
        assertRefused(archive(ArchiveBuilder.v3().header(V3.replace("SHA512", "scrypt"))), "does not go with format 3");
    }

    @Test
    void error23_unknownFilterCipherAndDigestAreNamed() {
        assertRefused(
                archive(ArchiveBuilder.v3().header(V3 + "compression-filter=lz4\n")), "filter 'lz4' is not known");
        assertRefused(
                archive(ArchiveBuilder.v3().header(V3.replace("aes-256-cbc", "null"))), "cipher 'null' is not known");
        assertRefused(
                archive(ArchiveBuilder.v3().header(V3.replace("SHA512", "SHA3-512"))), "digest SHA3-512 is not known");
        assertRefused(
                archive(ArchiveBuilder.v3().header(V3.replace("SHA512", "SHA1"))),
                "names the digest SHA1 but was authenticated by SHA512");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHA512", "sha1", "SHA256", "sha384", "SHA224", "RIPEMD160", "whirlpool"})
    void everyDigestOfTheListAuthenticates(String digest) {
        assertThat(ReadBack.of(archive(ArchiveBuilder.v3().digest(digest))).isGood())
                .isTrue();
    }

    @Test
    void md5IsAcceptedOnlyIfAsked() {
        OuterTar archive = archive(ArchiveBuilder.v3().digest("MD5"));

        assertRefused(archive, "authenticated by MD5");
        assertThat(ReadBack.of(
                                archive.bytes(),
                                o -> new ReadOptions(
                                        o.memory(), o.threads(), false, false, null, true, false, o.tmpdir()))
                        .isGood())
                .isTrue();
    }

    @Test
    void error23_aWrongPassphraseAndADamagedHeaderAreOneMessage() {
        for (OuterTar archive : new OuterTar[] {archive(ArchiveBuilder.v3()), archive(ArchiveBuilder.v4())}) {
            byte[] bytes = archive.bytes();
            assertThatThrownBy(() -> ReadBack.of(new ByteArrayInputStream(bytes), "wrong", options -> options))
                    .hasMessage("the passphrase is wrong, or the header of the backup is damaged")
                    .isInstanceOfSatisfying(
                            QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.BAD_PASSPHRASE));
        }
        assertThat(refusal(archive(ArchiveBuilder.v3()).flipped("backup-header", 3))
                        .kind())
                .isEqualTo(ErrorKind.BAD_PASSPHRASE);
        assertThat(refusal(archive(ArchiveBuilder.v4()).flipped("backup-header.hmac", -1))
                        .kind())
                .isEqualTo(ErrorKind.BAD_PASSPHRASE);
    }

    @Test
    void theTwoCopiesOfTheHeaderOfFormat4MustAgree() {
        assertRefused(archive(ArchiveBuilder.v4()).flipped("backup-header", 3), "its two copies differ");
    }

    @Test
    void anArchiveOfFormat3WithoutItsHeaderIsRefused() {
        OuterTar robbed = archive(ArchiveBuilder.v3()).without("backup-header").without("backup-header.hmac");

        assertRefused(robbed, "has no header but is authenticated by SHA512: its header was taken away");
    }

    @Test
    void error23_anArchiveThatStopsInsideItsHeaderSaysSo() {
        OuterTar archive = archive(ArchiveBuilder.v3());

        assertRefused(new OuterTar(archive.members().subList(0, 1)), "the archive stops inside its header");
        assertRefused(archive.without("backup-header.hmac"), "backup-header.hmac is missing");
        assertRefused(new OuterTar(), "not a Qubes backup");
        assertRefused(new OuterTar().add("holiday.jpg", noise(1, 9)), "its first member is 'holiday.jpg'");
    }

    @Test
    void limit22_theHeaderHasAtMost64Kib() {
        String comment = "comment=" + "c".repeat(64 * 1024 - V3.length() - 10);

        assertThat(parse(V3 + comment + "\n")).isEqualTo(parse(V3));
        assertRefused(
                archive(ArchiveBuilder.v3().header(V3 + comment + "ccccc\n")),
                "a member of the header is missing or too long");
    }

    @Test
    void limit22_aScryptCostBeyondTheLimitsIsRefusedWithItsNumberBeforeAnythingIsAllocated() {
        byte[] costly = Sealing.scrypt(Sealing.CHEAP, "backup-header!", ArchiveBuilder.PASSPHRASE, Sealing.ascii(V4));
        costly[7] = 24;
        VerifierTest.rechecked(costly);
        OuterTar archive = archive(ArchiveBuilder.v4()).replaced("backup-header.hmac", costly);

        assertRefused(archive, "(N=2^24 r=1 p=1) needs 2048 MiB of memory");
        assertThat(new ScryptCost(24, 1, 1).memory()).isEqualTo(2L << 30);
    }

    @ParameterizedTest
    @CsvSource({"25, 1, 1", "0, 1, 1", "16, 1, 1", "1, 4194304, 1", "4, 0, 1", "4, 1, 0", "4, -1, 1"})
    void fault08_absurdScryptParametersAreRefused(byte log2N, int r, int p) {
        byte[] absurd = Sealing.scrypt(Sealing.CHEAP, "backup-header!", ArchiveBuilder.PASSPHRASE, Sealing.ascii(V4));
        absurd[7] = log2N;
        java.nio.ByteBuffer.wrap(absurd).putInt(8, r).putInt(12, p);
        VerifierTest.rechecked(absurd);

        assertRefused(archive(ArchiveBuilder.v4()).replaced("backup-header.hmac", absurd), "the key derivation");
    }

    @Test
    void error23_aQubesXmlThatIsDamagedRefusesTheBackup() {
        assertRefused(
                archive(ArchiveBuilder.v3()).flipped("qubes.xml.000", 700), "qubes.xml of the backup cannot be used");
        assertRefused(archive(ArchiveBuilder.v4()).flipped("qubes.xml.000.enc", 700), "qubes.xml of the backup");
        assertRefused(archive(ArchiveBuilder.v3()).without("qubes.xml.000.hmac"), "its .hmac is missing");
        assertRefused(archive(ArchiveBuilder.v4()).without("qubes.xml.000.enc"), "it is missing");
    }
}
