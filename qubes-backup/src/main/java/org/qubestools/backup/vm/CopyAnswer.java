package org.qubestools.backup.vm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The receiver's last word in a file copy, an errno of Linux. */
enum CopyAnswer {
    GOOD(0),
    /** The stream does not follow the protocol. */
    EINVAL(22),
    /** Enough was received; the sender of backups takes it for a good end. */
    EDQUOT(122);

    private static final int FIXED_PART = 20;

    private final int errno;

    CopyAnswer(int errno) {
        this.errno = errno;
    }

    /** The bytes to send; {@code lastName} is the name, printable ASCII, of the last entry received. */
    byte[] bytes(long crc, String lastName) {
        byte[] name = lastName.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(FIXED_PART + name.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(errno)
                .putInt(0)
                .putLong(crc)
                .putInt(name.length)
                .put(name)
                .array();
    }
}
