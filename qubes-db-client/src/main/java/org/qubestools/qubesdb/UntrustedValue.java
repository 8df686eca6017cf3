package org.qubestools.qubesdb;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A value as a daemon gave it, at most 3071 bytes without NUL: what a VM may have written. Not for a terminal. */
public final class UntrustedValue {
    private final byte[] bytes;

    private UntrustedValue(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A copy of these bytes; {@link QubesDbArgumentException} for what no daemon has as a value. */
    public static UntrustedValue of(byte[] bytes) {
        requireValue(bytes);
        return new UntrustedValue(bytes.clone());
    }

    static void requireValue(byte[] bytes) {
        if (bytes.length > MessageCodec.MAX_VALUE) {
            throw new QubesDbArgumentException(
                    "a value has at most " + MessageCodec.MAX_VALUE + " bytes, this one " + bytes.length);
        }
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                throw new QubesDbArgumentException(
                        "a value has no NUL, this one of " + bytes.length + " bytes has one at " + i);
            }
        }
    }

    /** Takes the array over. */
    static UntrustedValue owning(byte[] bytes) {
        return new UntrustedValue(requireNonNull(bytes));
    }

    /** A copy. */
    public byte[] untrustedBytes() {
        return bytes.clone();
    }

    public int length() {
        return bytes.length;
    }

    /** As UTF-8; what is malformed becomes U+FFFD. */
    public String untrustedText() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** In this charset, all of it well-formed. */
    public String untrustedText(Charset charset) throws CharacterCodingException {
        return charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UntrustedValue value && Arrays.equals(bytes, value.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return bytes.length + " bytes";
    }
}
