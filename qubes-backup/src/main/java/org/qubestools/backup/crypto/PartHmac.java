package org.qubestools.backup.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import org.bouncycastle.crypto.digests.RIPEMD160Digest;
import org.bouncycastle.crypto.digests.WhirlpoolDigest;

/**
 * The HMAC over one member of formats 2 and 3, keyed with the passphrase itself, and its text form, which is what
 * {@code openssl dgst -hmac} printed. Not for use by several threads at once.
 */
public final class PartHmac {
    /** A {@code .hmac} member is never longer. */
    public static final int MAX_TEXT = 4096;

    private final Engine engine;

    /** The part of a MAC that is needed. */
    private interface Engine {
        void update(byte[] data, int offset, int length);

        /** The value; nothing of the key is kept. */
        byte[] end();
    }

    private record Jce(Mac mac) implements Engine {
        @Override
        public void update(byte[] data, int offset, int length) {
            mac.update(data, offset, length);
        }

        @Override
        public byte[] end() {
            byte[] value = mac.doFinal();
            init(mac, new byte[1], mac.getAlgorithm()); // its masked copies of the key are overwritten in place
            return value;
        }
    }

    private record Bouncy(BouncyHmac mac) implements Engine {
        @Override
        public void update(byte[] data, int offset, int length) {
            mac.update(data, offset, length);
        }

        @Override
        public byte[] end() {
            try (mac) {
                return mac.value();
            }
        }
    }

    private PartHmac(Engine engine) {
        this.engine = engine;
    }

    /** A MAC that has seen nothing yet. */
    public static PartHmac start(HmacDigest digest, Passphrase passphrase) {
        byte[] key = passphrase.copy();
        try {
            return new PartHmac(digest.isInJdk() ? jce(digest, key) : bouncy(digest, key));
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static Engine jce(HmacDigest digest, byte[] key) {
        try {
            Mac mac = Mac.getInstance(digest.algorithm());
            // The JDK refuses an empty key; HMAC pads keys with zeros, so one zero byte is the same key.
            init(mac, key.length == 0 ? new byte[1] : key, digest.algorithm());
            return new Jce(mac);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks " + digest.algorithm(), e);
        }
    }

    private static void init(Mac mac, byte[] key, String algorithm) {
        try (WipedKey wiped = new WipedKey(key, algorithm)) {
            mac.init(wiped);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime does not take a key for " + algorithm, e);
        }
    }

    private static Engine bouncy(HmacDigest digest, byte[] key) {
        return new Bouncy(
                new BouncyHmac(digest == HmacDigest.RIPEMD160 ? new RIPEMD160Digest() : new WhirlpoolDigest(), key));
    }

    public void update(byte[] data, int offset, int length) {
        engine.update(data, offset, length);
    }

    /** The value over everything seen. The object forgets its key and is of no more use. */
    public byte[] end() {
        return engine.end();
    }

    /** What a writer puts into the {@code .hmac} member. */
    public static byte[] text(byte[] value) {
        return ("(stdin)= " + HexFormat.of().formatHex(value) + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * The value in the text of an untrusted {@code .hmac} member: lower-case hex after the first equals sign.
     *
     * @return empty if the text has another form
     */
    public static Optional<byte[]> parse(byte[] untrusted) {
        if (untrusted.length > MAX_TEXT) {
            return Optional.empty();
        }
        int equals = -1;
        for (int i = 0; i < untrusted.length; i++) {
            if (untrusted[i] < 0) {
                return Optional.empty();
            }
            if (untrusted[i] == '=' && equals < 0) {
                equals = i;
            }
        }
        if (equals < 0) {
            return Optional.empty();
        }
        String hex =
                new String(untrusted, equals + 1, untrusted.length - equals - 1, StandardCharsets.US_ASCII).strip();
        return decode(hex);
    }

    private static Optional<byte[]> decode(String hex) {
        for (int i = 0; i < hex.length(); i++) {
            char c = hex.charAt(i);
            if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) {
                return Optional.empty();
            }
        }
        boolean usable = !hex.isEmpty() && hex.length() % 2 == 0;
        return usable ? Optional.of(HexFormat.of().parseHex(hex)) : Optional.empty();
    }

    /** Compares in constant time; an empty value matches nothing. */
    public static boolean matches(byte[] computed, byte[] claimed) {
        return computed.length > 0 && MessageDigest.isEqual(computed, claimed);
    }
}
