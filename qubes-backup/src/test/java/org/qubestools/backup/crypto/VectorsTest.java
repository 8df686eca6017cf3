package org.qubestools.backup.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.archive.DamagedArchive;

/** The test vectors of section 27 of the format, and the text forms of section 6.2. */
final class VectorsTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final byte[] HELLO = "hello\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MEMBER = HEX.parseHex("736372797074000a0000000800000001000102030405060708090a0b0c0d0e0f"
            + "101112131415161718191a1b1c1d1e1fda46ceb5d5738b6fc865e137d56ab5894037b1e19cd0039e162fbf789dfbe2bb"
            + "00c2a1f27268bd8a7d46e848f1075556b69c9ca3240a7984acc73fcaf7f02bd831b40e9c5ebf7b43d288759b9eb675b1"
            + "06551d77bbf8");

    private static String context() {
        return ScryptEnvelope.memberContext("20240101T000000-1", "vm5/private.img.000");
    }

    private static Passphrase passphrase() {
        return Passphrase.ofTyped("correct horse".toCharArray());
    }

    private static String hmac(HmacDigest digest, String text) {
        PartHmac hmac = PartHmac.start(digest, passphrase());
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        hmac.update(bytes, 0, bytes.length);
        return HEX.formatHex(hmac.end());
    }

    @Test
    void keyAndIvComeFromMd5OverPassphraseAndSalt() throws Exception {
        byte[] secret = "correct horse".getBytes(StandardCharsets.UTF_8);
        byte[] salt = HEX.parseHex("0123456789abcdef");

        byte[] derived = OpensslCipher.derive(secret, salt, 48, OpensslCipher.Derivation.MD5);

        assertThat(HEX.formatHex(derived))
                .isEqualTo("44118e6ebe3bada8bd8c7d8361a07f8e8f5fc6ab8b5f2f3bf1834299440f3006"
                        + "e4d994f87dd968bec2b59f59114a19df");
    }

    @Test
    void theSaltedStreamIsThatOfOpenssl() throws Exception {
        byte[] prefix = HEX.parseHex("53616c7465645f5f0123456789abcdef");
        Cipher cipher = OpensslCipher.named("aes-256-cbc").orElseThrow().encrypting(passphrase(), prefix);

        assertThat(HEX.formatHex(cipher.doFinal(HELLO))).isEqualTo("bd39a6e9e6a756223f6f380a5940572f");
    }

    @Test
    void hmacsAreThoseOfOpenssl() {
        assertThat(hmac(HmacDigest.SHA512, "abc"))
                .isEqualTo("2841efb41407466381ef79ba74179cc1be60b1b6bff5b3f5f5ec2d956554ba6f"
                        + "a7dfbc04f6021bda71de1ea06ed1215dcf5bca535a15f1d7f69730ebec5e49a4");
        assertThat(hmac(HmacDigest.SHA512, ""))
                .isEqualTo("d5056ed91250fd123888a3f50b938765d769260b451b9f9a6c634b634350b16f"
                        + "2696c23a43ee124c2ef103d0b9eab414e97d8ab466d02ef6db44db8f8e93a4b2");
        assertThat(hmac(HmacDigest.SHA1, "abc")).isEqualTo("b8928004055eaa44692f292071d65b41ad1bfcc8");
    }

    @Test
    void aScryptMemberIsThatOfTheUtility() {
        byte[] header = Arrays.copyOf(MEMBER, ScryptEnvelope.HEADER_LENGTH);
        Arrays.fill(header, 48, header.length, (byte) 0);
        ScryptEnvelope envelope = ScryptEnvelope.create(
                header,
                new ScryptCost(10, 8, 1),
                context(),
                passphrase(),
                new KeyDerivation(ScryptLimits.within(1 << 20)));
        byte[] data = HELLO.clone();

        envelope.encrypt(data, 0, data.length);

        assertThat(HEX.formatHex(envelope.header()) + HEX.formatHex(data) + HEX.formatHex(envelope.trailer()))
                .isEqualTo(HEX.formatHex(MEMBER));
    }

    @Test
    void theScryptMemberOfTheUtilityIsOpened() throws Exception {
        ScryptEnvelope envelope =
                ScryptEnvelope.open(MEMBER, context(), passphrase(), new KeyDerivation(ScryptLimits.within(1 << 30)));
        byte[] data = Arrays.copyOfRange(MEMBER, 96, 102);

        envelope.authenticate(data, 0, data.length);
        byte[] trailer = envelope.computedTrailer();
        envelope.decrypt(data, 0, data.length);

        assertThat(trailer).isEqualTo(Arrays.copyOfRange(MEMBER, 102, 134));
        assertThat(data).isEqualTo(HELLO);
    }

    @Test
    void passphraseNameBackupAndEveryBitOfTheHeaderAreBound() {
        for (int bit = 0; bit < 8 * ScryptEnvelope.HEADER_LENGTH; bit++) {
            byte[] header = Arrays.copyOf(MEMBER, ScryptEnvelope.HEADER_LENGTH);
            header[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> ScryptEnvelope.open(
                            header, context(), passphrase(), new KeyDerivation(ScryptLimits.within(1 << 30))))
                    .as("bit %d", bit)
                    .isInstanceOf(DamagedArchive.class);
        }
        String otherName = ScryptEnvelope.memberContext("20240101T000000-1", "vm5/private.img.001");
        assertThatThrownBy(() -> ScryptEnvelope.open(
                        MEMBER, otherName, passphrase(), new KeyDerivation(ScryptLimits.within(1 << 30))))
                .isInstanceOf(DamagedArchive.class)
                .hasMessageContaining("not authentic");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(stdin)= ab01\n",
                "(stdin)= ab01",
                "SHA512(stdin)= ab01\n",
                "SHA2-512(stdin)= ab01\n",
                "HMAC-SHA512(backup-header)= ab01\n",
                "HMAC-SHA2-512(backup-header)= ab01\r\n",
                "=ab01",
                "x= \t ab01 \n\n",
            })
    void everyFormThatOpensslPrintedIsUnderstood(String text) {
        assertThat(PartHmac.parse(text.getBytes(StandardCharsets.US_ASCII)))
                .hasValueSatisfying(value -> assertThat(value).containsExactly(0xab, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ab01\n",
                "",
                "=",
                "(stdin)= \n",
                "(stdin)= AB01",
                "(stdin)= ab0",
                "(stdin)= ab 01",
                "a= b= ab01",
                "=b= ab01",
                "(stdin)= ab0/",
                "(stdin)= ab0:",
                "(stdin)= ab0`",
                "(stdin)= ab0g",
                "(stdin)= ab01 x",
                "(stdin)= 0xab01",
                "(stdin)= \u00e4b01",
            })
    void otherFormsAreNot(String text) {
        assertThat(PartHmac.parse(text.getBytes(StandardCharsets.ISO_8859_1))).isEmpty();
    }

    @Test
    void everyDigitOfAnHmacCounts() {
        assertThat(PartHmac.parse("(stdin)= 0123456789abcdef".getBytes(StandardCharsets.US_ASCII)))
                .hasValueSatisfying(value -> assertThat(HEX.formatHex(value)).isEqualTo("0123456789abcdef"));
    }

    @Test
    void aHeaderOfAScryptFileHas96Bytes() throws Exception {
        byte[] header = Arrays.copyOf(MEMBER, ScryptEnvelope.HEADER_LENGTH);

        assertThat(ScryptEnvelope.cost(header)).isEqualTo(new ScryptCost(10, 8, 1));
        assertThatThrownBy(() -> ScryptEnvelope.cost(Arrays.copyOf(header, ScryptEnvelope.HEADER_LENGTH - 1)))
                .isInstanceOf(DamagedArchive.class)
                .hasMessage("no scrypt header");
    }

    @Test
    void aScryptFileIsKnownByItsFirstSevenBytes() {
        assertThat(ScryptEnvelope.isStart(Arrays.copyOf(MEMBER, 7))).isTrue();
        assertThat(ScryptEnvelope.isStart(Arrays.copyOf(MEMBER, 6))).isFalse();
        assertThat(ScryptEnvelope.isStart("scrypt1".getBytes(StandardCharsets.US_ASCII)))
                .isFalse();
        assertThat(ScryptEnvelope.isStart("Scrypt\0".getBytes(StandardCharsets.US_ASCII)))
                .isFalse();
    }

    @Test
    void eachMadeScryptFileHasASaltOfItsOwnAndIsOpenedByItsHeader() throws Exception {
        KeyDerivation derivation = new KeyDerivation(ScryptLimits.within(1 << 20));
        ScryptCost cost = new ScryptCost(4, 8, 2);
        ScryptEnvelope first = ScryptEnvelope.create(cost, context(), passphrase(), new SecureRandom(), derivation);
        ScryptEnvelope second = ScryptEnvelope.create(cost, context(), passphrase(), new SecureRandom(), derivation);
        byte[] data = HELLO.clone();
        first.encrypt(data, 0, data.length);

        ScryptEnvelope opened = ScryptEnvelope.open(first.header(), context(), passphrase(), derivation);
        opened.authenticate(data, 0, data.length);
        opened.decrypt(data, 0, data.length);

        assertThat(ScryptEnvelope.cost(first.header())).isEqualTo(cost);
        assertThat(data).isEqualTo(HELLO);
        assertThat(ScryptEnvelope.matches(opened.computedTrailer(), first.trailer()))
                .isTrue();
        byte[] salt = Arrays.copyOfRange(first.header(), 16, 48);
        assertThat(salt).isNotEqualTo(Arrays.copyOfRange(second.header(), 16, 48));
        assertThat(Arrays.copyOfRange(salt, 24, 32)).as("its end").isNotEqualTo(new byte[8]);
    }

    @Test
    void limit22_anHmacTextIsAtMost4096Bytes() {
        String text = "(stdin)= ab01" + " ".repeat(4096 - 13);

        assertThat(PartHmac.parse(text.getBytes(StandardCharsets.US_ASCII))).isPresent();
        assertThat(PartHmac.parse((text + " ").getBytes(StandardCharsets.US_ASCII)))
                .isEmpty();
    }

    @Test
    void anEmptyHmacNeverMatches() {
        assertThat(PartHmac.matches(new byte[0], new byte[0])).isFalse();
        assertThat(PartHmac.matches(new byte[20], new byte[19])).isFalse();
    }

    @Test
    void theTextOfAWriterHas138BytesForSha512And50ForSha1() {
        assertThat(PartHmac.text(new byte[64])).hasSize(138);
        assertThat(PartHmac.text(new byte[20])).hasSize(50);
    }

    /** Values printed by {@code openssl dgst -hmac 'correct horse'}. */
    @ParameterizedTest
    @CsvSource({
        "sha256, f93800c2fd6312db5e159eb3836b8c5e1e8fca585de349033b986f14a02e772c",
        "SHA384, 9f6a0df13d92ff985476a8195d75274bdfcca6b4dbec6c4b10b522c3abec2d531eb985d03b1c5ee7aa462cc75eb1a5f1",
        "sha224, 4416d60cd6df3df6a3d3d46e4c668f646cd961da8145ac4dd6e0319d",
        "rmd160, 77fa668b7edb3c5e8fa29ad5c4756ffdf931c1fc",
        "MD5, 86c68cae0f7f9dcd72b596dcf7cb9175",
        "Whirlpool, ac53ba906868f5455b195069d5f19456ca63eddd9e1f84956d2706577a5b549da3351f4ede91595831193dd29fc1d49ac54ca0824662421695c9b1b6892f7f72",
    })
    void everyDigestOfTheListIsThatOfOpenssl(String name, String value) {
        assertThat(hmac(HmacDigest.named(name).orElseThrow(), "abc")).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "md4", "sha3-512", "blake2b512", "SHA-512", "scrypt"})
    void otherDigestsHaveNoName(String name) {
        assertThat(HmacDigest.named(name)).isEmpty();
    }

    @Test
    void fault04_passphrasesAreUtf8() {
        Passphrase typed = Passphrase.ofTyped("p\u00e4ss\ud83d\udc0e".toCharArray());
        Passphrase stored = Passphrase.ofFirstLine("p\u00e4ss\ud83d\udc0e \r\nmore".getBytes(StandardCharsets.UTF_8));

        assertThat(typed.isSameAs(stored)).isTrue();
        assertThat(typed.copy()).isEqualTo("p\u00e4ss\ud83d\udc0e".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aTypedPassphraseThatIsNoTextIsNotCutShort() {
        assertThatThrownBy(() -> Passphrase.ofTyped("abc\ud83dxyz".toCharArray()))
                .hasMessageContaining("passphrase");
    }
}
