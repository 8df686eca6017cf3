package org.qubestools.backup.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.build.Sealing;

/** Streams of {@code openssl enc}; see section 7 of the format. */
final class CipherTest {
    private static byte[] decrypted(String cipher, byte[] stream, OpensslCipher.Derivation derivation)
            throws IOException {
        try (DecryptingStream in = new DecryptingStream(
                new ByteArrayInputStream(stream),
                OpensslCipher.named(cipher).orElseThrow(),
                Sealing.passphrase("correct horse"),
                derivation)) {
            return in.readAllBytes();
        }
    }

    private static byte[] decrypted(String cipher, byte[] stream) throws IOException {
        return decrypted(cipher, stream, OpensslCipher.Derivation.MD5);
    }

    /** Streams made by {@code openssl enc -md md5 -pass 'pass:correct horse'} of the text {@code hello} and a line end. */
    @ParameterizedTest
    @CsvSource({
        "aes-128-cbc, 53616c7465645f5f33cd9f7c34b94fbfca2fe069afb96e64ddc22262e86d77ce",
        "aes-192-cbc, 53616c7465645f5fe42ac579e3aba7959df4ac0ea338175ca5a9b4e91ec544dc",
        "aes-256-cbc, 53616c7465645f5fc0dc8c827b2f919899d089a0bde412fb9af8fa45dc415f45",
        "aes-128-ctr, 53616c7465645f5fb7d926cc0c3fb7823eba4838c6ad",
        "aes-192-ctr, 53616c7465645f5f6a00acd5646be0e049981635f736",
        "aes-256-ctr, 53616c7465645f5f1c49a86e12a8244ede35a649ce27",
        "aes-128-cfb, 53616c7465645f5fdd9879d0def223e15d54e8c19b2e",
        "aes-256-cfb, 53616c7465645f5f2d75da17fadf5c38e7425bcd6c1f",
        "aes-256-ofb, 53616c7465645f5f40cf9b1cf3cb8843689d8c780922",
        "aes-128-ofb, 53616c7465645f5f470dd0749a32315b3c53f4fd4c61",
        "des-ede3-cbc, 53616c7465645f5f1ba7e69173c2a2c1359947300eec3fd9",
        "aes256, 53616c7465645f5fc4c0b96bfb2caaf3366e9993622988a21b728afbb0f0fe6a",
        "des3, 53616c7465645f5f11a3e9ab06763606b7fa1a403dff7994",
    })
    void everyCipherOfTheListIsThatOfOpenssl(String name, String stream) throws IOException {
        assertThat(decrypted(name, HexFormat.of().parseHex(stream))).asString().isEqualTo("hello\n");
    }

    @Test
    void theDerivationOfNewerOpensslIsKnownToo() throws IOException {
        byte[] stream = HexFormat.of().parseHex("53616c7465645f5f65236b9690db48065e7950aa8fc04c28b8f9ebc03a376000");

        assertThat(decrypted("aes-256-cbc", stream, OpensslCipher.Derivation.SHA256))
                .asString()
                .isEqualTo("hello\n");
        assertThatThrownBy(() -> decrypted("aes-256-cbc", stream)).isInstanceOf(DamagedArchive.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "none",
                "aes-256-ecb",
                "aes-512-cbc",
                "aes-256-gcm",
                "rc4",
                "des-cbc",
                "aes--cbc",
                "aes-256-cbc-hmac-sha1",
                "bf-cbc"
            })
    void otherCiphersAreRefused(String name) {
        assertThat(OpensslCipher.named(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"aes-256-cbc", "aes-128-ctr", "aes-192-cfb", "aes-256-ofb", "des-ede3-cbc"})
    void everyLengthComesBack(String cipher) throws IOException {
        for (int length : new int[] {0, 1, 15, 16, 17, 65535, 65536, 65537, 200_000}) {
            byte[] content = new byte[length];
            Arrays.fill(content, (byte) 'x');

            byte[] stream = Sealing.encrypted(cipher, "correct horse", content);

            assertThat(decrypted(cipher, stream)).as("%d bytes", length).isEqualTo(content);
        }
    }

    @Test
    void aStreamThatIsCutAnywhereIsDamaged() {
        byte[] stream = Sealing.encrypted("aes-256-cbc", "correct horse", new byte[100]);

        for (int length = 0; length < stream.length; length++) {
            byte[] cut = Arrays.copyOf(stream, length);
            assertThatThrownBy(() -> decrypted("aes-256-cbc", cut))
                    .as("%d bytes", length)
                    .isInstanceOf(DamagedArchive.class);
        }
    }

    @Test
    void aStreamWithoutItsPrefixIsDamaged() {
        assertThatThrownBy(() -> decrypted("aes-256-ctr", new byte[100]))
                .isInstanceOf(DamagedArchive.class)
                .hasMessage("an encrypted stream does not begin as one");
    }

    @Test
    void scryptCostsBeyondTheLimitsAreRefusedWithTheirNumbers() {
        ScryptLimits limits = ScryptLimits.within(1L << 30);

        assertThatThrownBy(() -> limits.check(new ScryptCost(21, 8, 1)))
                .hasMessageContaining("N=2^21 r=8 p=1")
                .hasMessageContaining("2048 MiB of memory, 1024 MiB are allowed");
        assertThatThrownBy(() -> limits.check(new ScryptCost(10, 8, 1 << 20))).hasMessageContaining("p=1048576");
        limits.check(new ScryptCost(19, 8, 4));
    }

    @Test
    void limit22_scryptDefaultsAre4GibAndWorkOf2To28() {
        ScryptLimits limits = ScryptLimits.within(Long.MAX_VALUE);

        limits.check(new ScryptCost(21, 8, 16));
        limits.check(new ScryptCost(22, 8, 1));
        assertThatThrownBy(() -> limits.check(new ScryptCost(22, 9, 1))).hasMessageContaining("4096 MiB are allowed");
        assertThatThrownBy(() -> limits.check(new ScryptCost(21, 8, 17))).hasMessageContaining("costs more than");
    }

    @Test
    void whatTheUserMayGiveCountsWithTheMemoryForEachRepetition() {
        assertThat(new ScryptCost(1, 1, 1 << 20).memory()).isEqualTo(128L * ((1 << 20) + 1));
    }

    @ParameterizedTest
    @CsvSource({"0, 8, 1", "25, 8, 1", "-1, 8, 1", "10, 0, 1", "10, 8, 0", "10, -8, 1", "10, 32768, 32768"})
    void impossibleScryptCostsAreRefused(int log2N, int r, int p) {
        assertThatThrownBy(() -> new ScryptCost(log2N, r, p)).hasMessageContaining("impossible cost");
    }

    /** Allowed by its numbers, but more than scrypt, or an implementation of it, can do. */
    @ParameterizedTest
    @CsvSource({"16, 1, 1", "20, 1, 1", "1, 4194304, 1", "1, 2097152, 1", "1, 1, 4194304", "1, 16777216, 1"})
    void oddScryptCostsEndInAMessageOfOurs(int log2N, int r, int p) {
        KeyDerivation derivation = new KeyDerivation(new ScryptLimits(8L << 30, 1L << 40));

        assertThatThrownBy(() -> {
                    ScryptCost cost = new ScryptCost(log2N, r, p);
                    ScryptEnvelope.create(
                            cost, "", Sealing.passphrase("x"), new java.security.SecureRandom(), derivation);
                })
                .isInstanceOf(org.qubestools.core.error.QubesException.class);
    }
}
