package org.qubestools.backup.crypto;

import java.util.Arrays;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;

/** An HMAC of the library that leaves nothing of its key behind. */
final class BouncyHmac implements AutoCloseable {
    private final HMac mac;

    /** Begins with a key that stays the caller's. */
    BouncyHmac(Digest digest, byte[] key) {
        this.mac = new HMac(digest);
        KeyParameter copy = new KeyParameter(key);
        try {
            mac.init(copy);
        } finally {
            Arrays.fill(copy.getKey(), (byte) 0);
        }
    }

    void update(byte[] data, int offset, int length) {
        mac.update(data, offset, length);
    }

    /** The value of everything since the last one. */
    byte[] value() {
        byte[] value = new byte[mac.getMacSize()];
        mac.doFinal(value, 0);
        return value;
    }

    /** Overwrites what it keeps of the key. */
    @Override
    public void close() {
        mac.init(new KeyParameter(new byte[1]));
    }
}
