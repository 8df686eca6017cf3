package org.qubestools.backup.archive;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.qubestools.core.io.SafeText;

/** A file name or path as the bytes it is made of; of no encoding. Immutable. */
public final class ByteName implements Comparable<ByteName> {
    private final byte[] bytes;

    private ByteName(byte[] bytes) {
        this.bytes = bytes;
    }

    public static ByteName of(byte[] bytes) {
        return new ByteName(bytes.clone());
    }

    /** The UTF-8 bytes of {@code text}. */
    public static ByteName of(String text) {
        return new ByteName(text.getBytes(StandardCharsets.UTF_8));
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    public int length() {
        return bytes.length;
    }

    public boolean startsWith(String prefix) {
        byte[] start = prefix.getBytes(StandardCharsets.UTF_8);
        return bytes.length >= start.length && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
    }

    public boolean endsWith(String suffix) {
        byte[] end = suffix.getBytes(StandardCharsets.UTF_8);
        int start = bytes.length - end.length;
        return start >= 0 && Arrays.equals(bytes, start, bytes.length, end, 0, end.length);
    }

    public boolean isText(String text) {
        return Arrays.equals(bytes, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The first {@code count} bytes. */
    public ByteName first(int count) {
        return new ByteName(Arrays.copyOf(bytes, count));
    }

    /** Where the last slash is, or -1. */
    public int lastSlash() {
        int at = bytes.length - 1;
        while (at >= 0 && bytes[at] != '/') {
            at--;
        }
        return at;
    }

    public boolean hasNul() {
        for (byte b : bytes) {
            if (b == 0) {
                return true;
            }
        }
        return false;
    }

    public boolean startsWith(ByteName prefix) {
        return bytes.length >= prefix.bytes.length
                && Arrays.equals(bytes, 0, prefix.bytes.length, prefix.bytes, 0, prefix.bytes.length);
    }

    /** What is behind the first {@code count} bytes. */
    public ByteName from(int count) {
        return new ByteName(Arrays.copyOfRange(bytes, count, bytes.length));
    }

    /** This path, a slash and {@code name}. */
    public ByteName child(ByteName name) {
        if (bytes.length == 0) {
            return name;
        }
        byte[] full = Arrays.copyOf(bytes, bytes.length + 1 + name.bytes.length);
        full[bytes.length] = '/';
        System.arraycopy(name.bytes, 0, full, bytes.length + 1, name.bytes.length);
        return new ByteName(full);
    }

    /** The parts between slashes, empty ones too. */
    public List<ByteName> parts() {
        List<ByteName> parts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i == bytes.length || bytes[i] == '/') {
                parts.add(new ByteName(Arrays.copyOfRange(bytes, start, i)));
                start = i + 1;
            }
        }
        return parts;
    }

    /** The bytes as characters of UTF-8; what is no UTF-8 becomes U+FFFD. Not fit for a terminal. */
    public String untrustedText() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Fit for a terminal. */
    @Override
    public String toString() {
        return SafeText.of(untrustedText());
    }

    @Override
    public int compareTo(ByteName other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ByteName name && Arrays.equals(bytes, name.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}
