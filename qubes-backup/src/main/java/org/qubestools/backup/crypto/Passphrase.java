package org.qubestools.backup.crypto;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/**
 * The secret of a backup, as UTF-8 bytes that are wiped on close. It never becomes a String, so that nothing but this
 * object and short-lived copies, which their makers wipe, hold it.
 */
public final class Passphrase implements AutoCloseable {
    /** More than anybody types; a limit for files named by mistake. */
    public static final int MAX_BYTES = 4096;

    private final byte[] bytes;

    private Passphrase(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes a copy of the typed characters; the caller wipes his. */
    public static Passphrase ofTyped(char[] typed) {
        ByteBuffer encoded = ByteBuffer.allocate(typed.length * 4);
        boolean isText = !StandardCharsets.UTF_8
                .newEncoder()
                .encode(CharBuffer.wrap(typed), encoded, true)
                .isError();
        byte[] bytes = Arrays.copyOf(encoded.array(), encoded.position());
        Arrays.fill(encoded.array(), (byte) 0);
        if (!isText) {
            Arrays.fill(bytes, (byte) 0);
            throw new QubesException(
                    ErrorKind.INVALID_VALUE, "the passphrase has a character that is none", "give it in a file");
        }
        return checked(bytes, bytes.length);
    }

    /**
     * The first line of {@code content} without all white space at its end, as the originals read it from a file; the
     * content is wiped.
     */
    public static Passphrase ofFirstLine(byte[] content) {
        int end = 0;
        while (end < content.length && content[end] != '\n') {
            end++;
        }
        while (end > 0 && isBlank(content[end - 1])) {
            end--;
        }
        byte[] line = Arrays.copyOf(content, end);
        Arrays.fill(content, (byte) 0);
        return checked(line, end);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }

    private static Passphrase checked(byte[] bytes, int length) {
        if (length > MAX_BYTES) {
            Arrays.fill(bytes, (byte) 0);
            throw new QubesException(
                    ErrorKind.INVALID_VALUE, "the passphrase is longer than " + MAX_BYTES + " bytes", "give its file");
        }
        for (byte b : bytes) {
            if (b == 0 || b == '\n') {
                Arrays.fill(bytes, (byte) 0);
                throw new QubesException(
                        ErrorKind.INVALID_VALUE, "the passphrase contains a NUL or line feed", "give one without");
            }
        }
        return new Passphrase(bytes);
    }

    public boolean isEmpty() {
        return bytes.length == 0;
    }

    /** Compares in constant time. */
    public boolean isSameAs(Passphrase other) {
        return MessageDigest.isEqual(bytes, other.bytes);
    }

    /** A copy, which the caller wipes. */
    byte[] copy() {
        return bytes.clone();
    }

    /** {@code prefix}, in UTF-8, and the passphrase behind it; the caller wipes the copy. */
    byte[] copyBehind(String prefix) {
        byte[] head = prefix.getBytes(StandardCharsets.UTF_8);
        byte[] both = Arrays.copyOf(head, head.length + bytes.length);
        System.arraycopy(bytes, 0, both, head.length, bytes.length);
        return both;
    }

    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public String toString() {
        return "Passphrase";
    }
}
