package org.qubestools.backup.crypto;

import java.util.Locale;
import java.util.Optional;

/**
 * The digests that may authenticate formats 2 and 3, most likely first: readers try them in this order before the
 * header can be believed. MD5 is known in order to be refused by name.
 */
public enum HmacDigest {
    SHA512("SHA512", "HmacSHA512", 64),
    SHA1("SHA1", "HmacSHA1", 20),
    SHA256("SHA256", "HmacSHA256", 32),
    SHA384("SHA384", "HmacSHA384", 48),
    SHA224("SHA224", "HmacSHA224", 28),
    RIPEMD160("RIPEMD160", "RIPEMD160", 20),
    WHIRLPOOL("whirlpool", "Whirlpool", 64),
    MD5("MD5", "HmacMD5", 16);

    private final String openssl;
    private final String algorithm;
    private final int length;

    HmacDigest(String openssl, String algorithm, int length) {
        this.openssl = openssl;
        this.algorithm = algorithm;
        this.length = length;
    }

    /** The digest OpenSSL calls so, in any case. */
    public static Optional<HmacDigest> named(String name) {
        String plain = name.toLowerCase(Locale.ROOT);
        for (HmacDigest digest : values()) {
            boolean alias = digest == RIPEMD160 && (plain.equals("rmd160") || plain.equals("ripemd"));
            if (digest.openssl.toLowerCase(Locale.ROOT).equals(plain) || alias) {
                return Optional.of(digest);
            }
        }
        return Optional.empty();
    }

    /** OpenSSL's name, as headers carry it. */
    public String opensslName() {
        return openssl;
    }

    /** Bytes of a value. */
    public int length() {
        return length;
    }

    /** The name of the JCE algorithm; that of a BouncyCastle digest for those the JDK lacks. */
    String algorithm() {
        return algorithm;
    }

    boolean isInJdk() {
        return this != RIPEMD160 && this != WHIRLPOOL;
    }
}
