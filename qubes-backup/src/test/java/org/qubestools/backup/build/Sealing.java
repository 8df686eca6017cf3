package org.qubestools.backup.build;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import org.qubestools.backup.crypto.HmacDigest;
import org.qubestools.backup.crypto.KeyDerivation;
import org.qubestools.backup.crypto.OpensslCipher;
import org.qubestools.backup.crypto.PartHmac;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.crypto.ScryptCost;
import org.qubestools.backup.crypto.ScryptEnvelope;
import org.qubestools.backup.crypto.ScryptLimits;

/** What the programs of a backup do to its members. */
public final class Sealing {
    /** Cheap enough for thousands of members. */
    public static final ScryptCost CHEAP = new ScryptCost(4, 1, 1);

    private static final SecureRandom RANDOM = new SecureRandom();

    private Sealing() {}

    public static Passphrase passphrase(String text) {
        return Passphrase.ofTyped(text.toCharArray());
    }

    /** The text of a {@code .hmac} member. */
    public static byte[] hmac(String digest, String passphrase, byte[] content) {
        PartHmac hmac = PartHmac.start(HmacDigest.named(digest).orElseThrow(), passphrase(passphrase));
        hmac.update(content, 0, content.length);
        return PartHmac.text(hmac.end());
    }

    /** As {@code openssl enc} does. */
    public static byte[] encrypted(String cipher, String passphrase, byte[] content) {
        byte[] prefix = OpensslCipher.newPrefix(RANDOM);
        Cipher working = OpensslCipher.named(cipher).orElseThrow().encrypting(passphrase(passphrase), prefix);
        try {
            return Compressed.joined(prefix, working.doFinal(content));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A file of the scrypt utility. */
    public static byte[] scrypt(ScryptCost cost, String context, String passphrase, byte[] content) {
        try (KeyDerivation derivation = new KeyDerivation(ScryptLimits.within(Long.MAX_VALUE))) {
            ScryptEnvelope envelope = ScryptEnvelope.create(cost, context, passphrase(passphrase), RANDOM, derivation);
            return envelope.sealing(new ByteArrayInputStream(content)).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
