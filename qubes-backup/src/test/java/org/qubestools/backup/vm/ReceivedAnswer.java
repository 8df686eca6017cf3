package org.qubestools.backup.vm;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The receiver's last word as the sender reads it. */
record ReceivedAnswer(int error, long crc, String lastName) {
    /** Waits for it; an EOFException if there is none. */
    static ReceivedAnswer read(InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(in);
        ByteBuffer fixed = ByteBuffer.wrap(data.readNBytes(20)).order(ByteOrder.LITTLE_ENDIAN);
        if (fixed.remaining() < 20) {
            throw new EOFException("no answer");
        }
        byte[] name = data.readNBytes(fixed.getInt(16));
        return new ReceivedAnswer(fixed.getInt(0), fixed.getLong(8), new String(name, StandardCharsets.US_ASCII));
    }
}
