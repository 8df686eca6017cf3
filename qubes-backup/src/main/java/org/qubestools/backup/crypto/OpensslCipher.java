package org.qubestools.backup.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A cipher by the name {@code openssl enc} knows it, and that program's salted format: {@code Salted__}, eight bytes of
 * salt, ciphertext; key and IV come from one round of a digest over passphrase and salt.
 *
 * @param name as in the header, in lower case
 * @param transformation the JCE's name of the cipher
 * @param keyLength bytes
 * @param ivLength bytes
 */
public record OpensslCipher(String name, String transformation, int keyLength, int ivLength) {
    public static final String DEFAULT_NAME = "aes-256-cbc";
    /** Magic and salt in front of the ciphertext. */
    public static final int PREFIX_LENGTH = 16;

    /** Bytes that MD5 and SHA-256 take at once. */
    private static final int DIGEST_BLOCK = 64;

    private static final byte[] MAGIC = "Salted__".getBytes(StandardCharsets.US_ASCII);

    /** The digest of the key derivation: MD5 in all archives of real systems, SHA-256 in some made by hand. */
    public enum Derivation {
        MD5("MD5"),
        SHA256("SHA-256");

        private final String digest;

        Derivation(String digest) {
            this.digest = digest;
        }
    }

    /** The cipher of this name; empty if it is none that a backup may use. */
    public static Optional<OpensslCipher> named(String untrustedName) {
        String name = untrustedName.toLowerCase(Locale.ROOT);
        String[] parts = name.split("-", -1);
        if (parts.length == 3 && parts[0].equals("aes")) {
            return aes(name, parts[1], parts[2]);
        }
        return switch (name) {
            case "aes128", "aes192", "aes256" -> aes(name, name.substring(3), "cbc");
            case "des-ede3-cbc", "des3" -> Optional.of(new OpensslCipher(name, "DESede/CBC/PKCS5Padding", 24, 8));
            default -> Optional.empty();
        };
    }

    private static Optional<OpensslCipher> aes(String name, String bits, String mode) {
        int keyLength =
                switch (bits) {
                    case "128" -> 16;
                    case "192" -> 24;
                    case "256" -> 32;
                    default -> 0;
                };
        String transformation =
                switch (mode) {
                    case "cbc" -> "AES/CBC/PKCS5Padding";
                    case "ctr" -> "AES/CTR/NoPadding";
                    case "cfb" -> "AES/CFB/NoPadding";
                    case "ofb" -> "AES/OFB/NoPadding";
                    default -> "";
                };
        return keyLength == 0 || transformation.isEmpty()
                ? Optional.empty()
                : Optional.of(new OpensslCipher(name, transformation, keyLength, 16));
    }

    /** Modes that pad tell a wrong key and a cut stream; the others do not. */
    public boolean hasPadding() {
        return transformation.endsWith("PKCS5Padding");
    }

    /** Sixteen new bytes to put in front of a ciphertext. */
    public static byte[] newPrefix(SecureRandom random) {
        byte[] prefix = Arrays.copyOf(MAGIC, PREFIX_LENGTH);
        byte[] salt = new byte[PREFIX_LENGTH - MAGIC.length];
        random.nextBytes(salt);
        System.arraycopy(salt, 0, prefix, MAGIC.length, salt.length);
        return prefix;
    }

    /** True if the first bytes of a stream say that this program made it. */
    public static boolean isPrefix(byte[] start, int length) {
        return length >= PREFIX_LENGTH && Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    /** A cipher ready for the bytes behind {@code prefix}. */
    public Cipher encrypting(Passphrase passphrase, byte[] prefix) {
        return cipher(Cipher.ENCRYPT_MODE, passphrase, prefix, Derivation.MD5);
    }

    /** A cipher ready for the bytes behind {@code prefix}. */
    public Cipher decrypting(Passphrase passphrase, byte[] prefix, Derivation derivation) {
        return cipher(Cipher.DECRYPT_MODE, passphrase, prefix, derivation);
    }

    private Cipher cipher(int mode, Passphrase passphrase, byte[] prefix, Derivation derivation) {
        byte[] secret = passphrase.copy();
        byte[] salt = Arrays.copyOfRange(prefix, MAGIC.length, PREFIX_LENGTH);
        byte[] material = new byte[0];
        try {
            material = derive(secret, salt, keyLength + ivLength, derivation);
            String algorithm = transformation.substring(0, transformation.indexOf('/'));
            SecretKeySpec key = new SecretKeySpec(material, 0, keyLength, algorithm);
            Cipher cipher = Cipher.getInstance(transformation);
            cipher.init(mode, key, new IvParameterSpec(material, keyLength, ivLength));
            return cipher;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks " + transformation, e);
        } finally {
            Arrays.fill(secret, (byte) 0);
            Arrays.fill(material, (byte) 0);
        }
    }

    /** EVP_BytesToKey of OpenSSL with one round. */
    static byte[] derive(byte[] secret, byte[] salt, int length, Derivation derivation)
            throws GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance(derivation.digest);
        byte[] material = new byte[length];
        byte[] block = new byte[0];
        int done = 0;
        while (done < length) {
            digest.update(block);
            digest.update(secret);
            block = digest.digest(salt);
            int part = Math.min(block.length, length - done);
            System.arraycopy(block, 0, material, done, part);
            done += part;
        }
        Arrays.fill(block, (byte) 0);
        digest.update(new byte[DIGEST_BLOCK - 1]); // over the passphrase, which stays in its buffer otherwise
        digest.digest();
        return material;
    }
}
