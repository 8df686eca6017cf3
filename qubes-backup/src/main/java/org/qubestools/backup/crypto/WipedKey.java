package org.qubestools.backup.crypto;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.SecretKey;

/**
 * A key for the JDK, with every copy that was asked for, until it is destroyed. The JDK's own class keeps a copy that
 * nobody can wipe.
 */
final class WipedKey implements SecretKey, AutoCloseable {
    private static final long serialVersionUID = 1L;

    private final String algorithm;
    private final transient byte[] key;
    private final transient List<byte[]> copies = new ArrayList<>();

    /** A key of these bytes, which stay the caller's. */
    WipedKey(byte[] key, String algorithm) {
        this.key = key.clone();
        this.algorithm = algorithm;
    }

    @Override
    public String getAlgorithm() {
        return algorithm;
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    @Override
    public byte[] getEncoded() {
        byte[] copy = key.clone();
        copies.add(copy);
        return copy;
    }

    /** Wipes the key and its copies. */
    @Override
    public void close() {
        Arrays.fill(key, (byte) 0);
        for (byte[] copy : copies) {
            Arrays.fill(copy, (byte) 0);
        }
    }
}
