package org.qubestools.backup.crypto;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.qubestools.backup.archive.DamagedArchive;

/**
 * The file format of the scrypt utility, which frames every member of format 4: 96 bytes of header with cost and salt,
 * the data in AES-256-CTR, 32 bytes of HMAC-SHA-256 over all before. One object serves one member.
 */
public final class ScryptEnvelope {
    public static final int HEADER_LENGTH = 96;
    public static final int TRAILER_LENGTH = 32;
    /** What the frame adds to the data. */
    public static final int OVERHEAD = HEADER_LENGTH + TRAILER_LENGTH;

    private static final byte[] MAGIC = "scrypt".getBytes(StandardCharsets.US_ASCII);
    private static final int SALT_AT = 16;
    private static final int SALT_LENGTH = 32;
    private static final int CHECKSUM_AT = 48;
    private static final int CHECKSUM_LENGTH = 16;
    private static final int HEADER_MAC_AT = 64;
    private static final int KEY_LENGTH = 32;

    private final byte[] header;
    private final Cipher cipher;
    private final Mac mac;

    private ScryptEnvelope(byte[] header, Cipher cipher, Mac mac) {
        this.header = header;
        this.cipher = cipher;
        this.mac = mac;
    }

    /** The passphrase prefix of {@code backup-header.hmac}. */
    public static String headerContext() {
        return "backup-header!";
    }

    /** The passphrase prefix of any other member. */
    public static String memberContext(String backupId, String nameWithoutEnc) {
        return backupId + "!" + nameWithoutEnc + "!";
    }

    /** True if the bytes begin like a file of the scrypt utility. */
    public static boolean isStart(byte[] untrusted) {
        return untrusted.length > MAGIC.length
                && Arrays.equals(untrusted, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
                && untrusted[MAGIC.length] == 0;
    }

    /**
     * The cost an untrusted header names, after its checksum (which finds damage and protects nothing).
     *
     * @throws DamagedArchive if these are not the first bytes of such a file
     */
    public static ScryptCost cost(byte[] untrustedHeader) throws DamagedArchive {
        if (untrustedHeader.length < HEADER_LENGTH || !isStart(untrustedHeader)) {
            throw new DamagedArchive("no scrypt header");
        }
        byte[] sum = sha256(untrustedHeader, CHECKSUM_AT);
        if (!Arrays.equals(sum, 0, CHECKSUM_LENGTH, untrustedHeader, CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_LENGTH)) {
            throw new DamagedArchive("the scrypt header has a wrong checksum");
        }
        ByteBuffer numbers = ByteBuffer.wrap(untrustedHeader);
        return new ScryptCost(untrustedHeader[MAGIC.length + 1], numbers.getInt(8), numbers.getInt(12));
    }

    /**
     * Derives the key for reading; takes the time and memory of the cost.
     *
     * @param context see {@link #memberContext}
     * @throws DamagedArchive if the header is not authentic: wrong passphrase, wrong place, or damage
     */
    public static ScryptEnvelope open(
            byte[] untrustedHeader, String context, Passphrase passphrase, KeyDerivation derivation)
            throws DamagedArchive {
        ScryptCost cost = cost(untrustedHeader);
        byte[] header = Arrays.copyOf(untrustedHeader, HEADER_LENGTH);
        ScryptEnvelope opened = make(header, cost, context, passphrase, derivation, Cipher.DECRYPT_MODE);
        opened.mac.update(header, 0, HEADER_MAC_AT);
        byte[] expected = opened.mac.doFinal();
        byte[] found = Arrays.copyOfRange(header, HEADER_MAC_AT, HEADER_LENGTH);
        if (!MessageDigest.isEqual(expected, found)) {
            throw new DamagedArchive("not authentic: wrong passphrase, damaged, or from another place");
        }
        opened.mac.update(header, 0, HEADER_LENGTH);
        return opened;
    }

    /** Derives a key for writing. */
    public static ScryptEnvelope create(
            ScryptCost cost, String context, Passphrase passphrase, SecureRandom random, KeyDerivation derivation) {
        byte[] header = new byte[HEADER_LENGTH];
        System.arraycopy(MAGIC, 0, header, 0, MAGIC.length);
        header[MAGIC.length + 1] = (byte) cost.log2N();
        ByteBuffer.wrap(header).putInt(8, cost.r()).putInt(12, cost.p());
        byte[] salt = new byte[SALT_LENGTH];
        random.nextBytes(salt);
        System.arraycopy(salt, 0, header, SALT_AT, SALT_LENGTH);
        return create(header, cost, context, passphrase, derivation);
    }

    /** As {@link #create} with cost and salt already in the header. */
    static ScryptEnvelope create(
            byte[] header, ScryptCost cost, String context, Passphrase passphrase, KeyDerivation derivation) {
        System.arraycopy(sha256(header, CHECKSUM_AT), 0, header, CHECKSUM_AT, CHECKSUM_LENGTH);
        ScryptEnvelope made = make(header, cost, context, passphrase, derivation, Cipher.ENCRYPT_MODE);
        made.mac.update(header, 0, HEADER_MAC_AT);
        System.arraycopy(made.mac.doFinal(), 0, header, HEADER_MAC_AT, KEY_LENGTH);
        made.mac.update(header, 0, HEADER_LENGTH);
        return made;
    }

    private static ScryptEnvelope make(
            byte[] header, ScryptCost cost, String context, Passphrase passphrase, KeyDerivation derivation, int mode) {
        byte[] secret = passphrase.copyBehind(context);
        byte[] salt = Arrays.copyOfRange(header, SALT_AT, SALT_AT + SALT_LENGTH);
        byte[] keys = new byte[0];
        try {
            keys = derivation.derive(cost, secret, salt, 2 * KEY_LENGTH);
            Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(mode, new SecretKeySpec(keys, 0, KEY_LENGTH, "AES"), new IvParameterSpec(new byte[16]));
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(keys, KEY_LENGTH, KEY_LENGTH, "HmacSHA256"));
            return new ScryptEnvelope(header, cipher, mac);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks AES or HMAC-SHA-256", e);
        } finally {
            Arrays.fill(secret, (byte) 0);
            Arrays.fill(keys, (byte) 0);
        }
    }

    private static byte[] sha256(byte[] data, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(data, 0, length);
            return digest.digest();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The 96 bytes to write first. */
    byte[] header() {
        return header.clone();
    }

    /** Adds ciphertext to the authentication, when reading. */
    public void authenticate(byte[] data, int offset, int length) {
        mac.update(data, offset, length);
    }

    /** What the 32 bytes at the end of the member must be, when reading; decrypt only if they are. */
    public byte[] computedTrailer() {
        return mac.doFinal();
    }

    /** Compares in constant time. */
    public static boolean matches(byte[] computed, byte[] untrustedTrailer) {
        return MessageDigest.isEqual(computed, untrustedTrailer);
    }

    /** Decrypts in place, when reading. */
    public void decrypt(byte[] data, int offset, int length) {
        inPlace(data, offset, length);
    }

    /** The whole member, when writing: {@code plain} in its frame, encrypted while it is read. */
    public InputStream sealing(InputStream plain) {
        return new SealingStream(plain, this);
    }

    /** Encrypts in place and authenticates the result, when writing. */
    void encrypt(byte[] data, int offset, int length) {
        inPlace(data, offset, length);
        mac.update(data, offset, length);
    }

    private void inPlace(byte[] data, int offset, int length) {
        try {
            int done = Slices.update(cipher, data, offset, length, data, offset);
            if (done != length) {
                throw new IllegalStateException("a stream cipher kept " + (length - done) + " bytes back");
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES in counter mode failed", e);
        }
    }

    /** The 32 bytes to write last. */
    byte[] trailer() {
        return mac.doFinal();
    }
}
