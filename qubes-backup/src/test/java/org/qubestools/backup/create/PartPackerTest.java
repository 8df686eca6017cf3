package org.qubestools.backup.create;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.backup.build.Program;
import org.qubestools.backup.crypto.KeyDerivation;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.crypto.ScryptEnvelope;
import org.qubestools.backup.crypto.ScryptLimits;

/** Where chunks begin and end, and what frames them. */
@Timeout(60)
class PartPackerTest {
    private static final long SEED = 77;
    private static final int CHUNK = 20_000;
    private static final int CBC_BLOCK = 16;
    private static final int PREFIX = 16;

    private static byte[] content(int size) {
        byte[] content = new byte[size];
        new Random(SEED + size).nextBytes(content);
        return content;
    }

    private static List<String> names(int stored, String suffix) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < Math.max(1, (stored + CHUNK - 1) / CHUNK); i++) {
            names.add(String.format("vm5/private.img.%03d%s", i, suffix));
        }
        return names;
    }

    private static List<String> withHmacs(List<String> names) {
        List<String> all = new ArrayList<>();
        for (String name : names) {
            all.add(name);
            all.add(name + ".hmac");
        }
        return all;
    }

    private static void assertSizes(Map<String, byte[]> members, List<String> names, int stored, int frame) {
        int left = stored;
        for (String name : names) {
            assertThat(members.get(name)).as(name).hasSize(Math.min(CHUNK, left) + frame);
            left -= Math.min(CHUNK, left);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 512, 513, 10240, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 5 * CHUNK + 7})
    void plainChunksOfFormat3(int size) throws Exception {
        byte[] content = content(size);
        List<String> names = names(size, "");

        Map<String, byte[]> members = PackedChunks.of(PackedChunks.v3(null, CHUNK), Map.of("vm5/private.img", content));

        assertThat(members.keySet()).containsExactlyElementsOf(withHmacs(names));
        assertSizes(members, names, size, 0);
        assertThat(PackedChunks.joined(members, names)).isEqualTo(content);
        assertHmacs(members, names);
    }

    private static void assertHmacs(Map<String, byte[]> members, List<String> names) {
        for (String name : names) {
            byte[] said =
                    Program.filter(members.get(name), "openssl", "dgst", "-sha512", "-hmac", PackedChunks.PASSPHRASE);
            String value = new String(said, StandardCharsets.US_ASCII).replaceFirst(".*= ", "");
            assertThat(members.get(name + ".hmac")).asString().as(name).isEqualTo("(stdin)= " + value);
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0,
                1,
                15,
                16,
                17,
                511,
                512,
                513,
                10240,
                CHUNK - PREFIX - CBC_BLOCK - 1,
                CHUNK - PREFIX - CBC_BLOCK,
                CHUNK - PREFIX - 1,
                CHUNK - PREFIX,
                CHUNK - 1,
                CHUNK,
                CHUNK + 1,
                2 * CHUNK,
                3 * CHUNK + 5
            })
    void encryptedChunksOfFormat3AreOneStreamOfOpenssl(int size) throws Exception {
        byte[] content = content(size);
        int stored = PREFIX + (size / CBC_BLOCK + 1) * CBC_BLOCK;
        List<String> names = names(stored, "");

        Map<String, byte[]> members =
                PackedChunks.of(PackedChunks.v3("aes-256-cbc", CHUNK), Map.of("vm5/private.img", content));

        assertThat(members.keySet()).containsExactlyElementsOf(withHmacs(names));
        assertSizes(members, names, stored, 0);
        assertThat(decrypted("aes-256-cbc", PackedChunks.joined(members, names)))
                .isEqualTo(content);
    }

    private static byte[] decrypted(String cipher, byte[] stream) {
        return Program.filter(
                stream, "openssl", "enc", "-d", "-" + cipher, "-md", "md5", "-pass", "pass:" + PackedChunks.PASSPHRASE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"aes-128-cbc", "aes-192-ctr", "aes-256-cfb", "aes-256-ofb", "des-ede3-cbc"})
    void otherCiphersAreThoseOfOpenssl(String cipher) throws Exception {
        byte[] content = content(CHUNK + 100);

        Map<String, byte[]> members =
                PackedChunks.of(PackedChunks.v3(cipher, CHUNK), Map.of("vm5/private.img", content));

        List<String> names = List.of("vm5/private.img.000", "vm5/private.img.001");
        assertThat(decrypted(cipher, PackedChunks.joined(members, names))).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 512, 513, 10240, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 5 * CHUNK + 7})
    void chunksOfFormat4HaveAFrameEach(int size) throws Exception {
        byte[] content = content(size);
        List<String> names = names(size, ".enc");

        Map<String, byte[]> members = PackedChunks.of(PackedChunks.v4(CHUNK), Map.of("vm5/private.img", content));

        assertThat(members.keySet()).containsExactlyElementsOf(names);
        assertSizes(members, names, size, ScryptEnvelope.OVERHEAD);
        Map<String, byte[]> opened = new LinkedHashMap<>();
        for (String name : names) {
            opened.put(name, opened(name, members.get(name)));
        }
        assertThat(PackedChunks.joined(opened, names)).isEqualTo(content);
    }

    private static byte[] opened(String name, byte[] member) throws Exception {
        String bare = name.substring(0, name.length() - ".enc".length());
        try (Passphrase passphrase = PackedChunks.passphrase()) {
            ScryptEnvelope envelope = ScryptEnvelope.open(
                    Arrays.copyOf(member, ScryptEnvelope.HEADER_LENGTH),
                    ScryptEnvelope.memberContext(PackedChunks.ID, bare),
                    passphrase,
                    new KeyDerivation(ScryptLimits.within(1 << 20)));
            int end = member.length - ScryptEnvelope.TRAILER_LENGTH;
            byte[] body = Arrays.copyOfRange(member, ScryptEnvelope.HEADER_LENGTH, end);
            envelope.authenticate(body, 0, body.length);
            byte[] trailer = Arrays.copyOfRange(member, end, member.length);
            assertThat(ScryptEnvelope.matches(envelope.computedTrailer(), trailer))
                    .as(name)
                    .isTrue();
            envelope.decrypt(body, 0, body.length);
            return body;
        }
    }

    @Test
    void everyInnerArchiveBeginsAtChunk0WithItsOwnSalt() throws Exception {
        Map<String, byte[]> streams = new LinkedHashMap<>();
        streams.put("vm1/..", content(CHUNK));
        streams.put("vm2/private.img", content(0));
        streams.put("dom0-home/user", content(3 * CHUNK));

        Map<String, byte[]> members = PackedChunks.of(PackedChunks.v3("aes-256-ctr", CHUNK), streams);

        List<String> expected = new ArrayList<>(List.of("vm1/...000", "vm1/...001", "vm2/private.img.000"));
        for (int i = 0; i < 4; i++) {
            expected.add("dom0-home/user.00" + i);
        }
        assertThat(members.keySet()).containsExactlyElementsOf(withHmacs(expected));
        assertThat(Arrays.copyOf(members.get("vm1/...000"), PREFIX))
                .isNotEqualTo(Arrays.copyOf(members.get("vm2/private.img.000"), PREFIX));
    }

    @Test
    void moreThanAThousandChunksGetLongerNumbers() throws Exception {
        Map<String, byte[]> members = PackedChunks.of(PackedChunks.v3(null, 10), Map.of("vm5/x", content(10_011)));

        assertThat(members.keySet())
                .contains("vm5/x.000", "vm5/x.999", "vm5/x.1000", "vm5/x.1001")
                .hasSize(2 * 1002);
    }
}
