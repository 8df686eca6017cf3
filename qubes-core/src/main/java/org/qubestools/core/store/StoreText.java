package org.qubestools.core.store;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The characters of a store and how they were encoded, so that the same bytes come out again.
 *
 * <p>Accepted: UTF-8 with or without byte order mark, UTF-16 with one, ISO-8859-1 and US-ASCII if declared.
 */
final class StoreText {
    /** Stands in {@link #shape} for any unit that is not ASCII. */
    static final byte OTHER = -1;

    private final String path;
    private final String characters;
    private final Charset charset;
    private final byte[] mark;
    private final byte[] shape;
    private final boolean ascii;
    private int @Nullable [] lineStarts;

    private StoreText(String path, String characters, byte @Nullable [] ascii, Charset charset, byte[] mark) {
        this.path = path;
        this.characters = characters;
        this.charset = charset;
        this.mark = mark;
        this.ascii = ascii != null;
        this.shape = ascii != null ? ascii : shapeOf(characters);
    }

    /**
     * The bytes of a document taken for ASCII, as most stores are: {@link #unit} refuses what is not, so that each must be
     * asked for once, or be the same as one that was. Null if a mark or a declaration may tell of another encoding.
     */
    static @Nullable StoreText takenForAscii(String path, byte[] bytes) {
        if (bytes.length < 2 || bytes[0] != '<' || bytes[1] == '?') {
            return null;
        }
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return new StoreText(path, text, bytes, StandardCharsets.UTF_8, new byte[0]);
    }

    /**
     * Decodes the bytes of a document.
     *
     * @param path shown in errors; STORE_CORRUPT if the bytes are not text of an accepted encoding
     */
    static StoreText decode(String path, byte[] bytes) {
        if (startsWith(bytes, 0xef, 0xbb, 0xbf)) {
            return strict(path, bytes, 3, declared(path, bytes, 3, StandardCharsets.UTF_8));
        }
        if (startsWith(bytes, 0xfe, 0xff)) {
            return utf16(path, bytes, StandardCharsets.UTF_16BE);
        }
        if (startsWith(bytes, 0xff, 0xfe)) {
            return utf16(path, bytes, StandardCharsets.UTF_16LE);
        }
        return strict(path, bytes, 0, declared(path, bytes, 0, null));
    }

    private static boolean startsWith(byte[] bytes, int... first) {
        for (int i = 0; i < first.length; i++) {
            if (i >= bytes.length || (bytes[i] & 0xff) != first[i]) {
                return false;
            }
        }
        return true;
    }

    /** Its declaration, if there is one, must not name another encoding. */
    private static StoreText utf16(String path, byte[] bytes, Charset charset) {
        StoreText text = strict(path, bytes, 2, charset);
        String name = XmlDeclaration.encodingOf(text.characters()).toUpperCase(Locale.ROOT);
        return switch (name) {
            case "", "UTF-16", "UTF16" -> text;
            default -> {
                if (!name.equals(charset.name())) {
                    throw contradiction(path);
                }
                yield text;
            }
        };
    }

    private static RuntimeException contradiction(String path) {
        return StoreDamage.notWellFormed(path, "the encoding it declares contradicts its byte order mark", 1, 1);
    }

    /** The encoding that the XML declaration names; must be {@code needed} if that is given, UTF-8 if none is. */
    private static Charset declared(String path, byte[] bytes, int from, @Nullable Charset needed) {
        String name = XmlDeclaration.encodingOf(bytes, from).toUpperCase(Locale.ROOT);
        Charset charset =
                switch (name) {
                    case "", "UTF-8", "UTF8" -> StandardCharsets.UTF_8;
                    case "ISO-8859-1", "ISO8859-1", "LATIN1", "LATIN-1" -> StandardCharsets.ISO_8859_1;
                    case "US-ASCII", "ASCII" -> StandardCharsets.US_ASCII;
                    default -> throw StoreDamage.notWellFormed(path, "the encoding it declares is not supported", 1, 1);
                };
        if (needed != null && !charset.equals(needed)) {
            throw contradiction(path);
        }
        return charset;
    }

    private static StoreText strict(String path, byte[] bytes, int from, Charset charset) {
        byte[] mark = Arrays.copyOf(bytes, from);
        boolean utf16 = charset.equals(StandardCharsets.UTF_16BE) || charset.equals(StandardCharsets.UTF_16LE);
        if (!utf16 && isAscii(bytes, from)) {
            String text = new String(bytes, from, bytes.length - from, StandardCharsets.ISO_8859_1);
            byte[] body = from == 0 ? bytes : Arrays.copyOfRange(bytes, from, bytes.length);
            return new StoreText(path, text, body, charset, mark);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, from, bytes.length - from);
        try {
            String text = charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(in)
                    .toString();
            return new StoreText(path, text, null, charset, mark);
        } catch (CharacterCodingException e) {
            throw badByte(path, bytes, Math.min(in.position(), bytes.length), charset);
        }
    }

    private static RuntimeException badByte(String path, byte[] bytes, int at, Charset charset) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < at; i++) {
            boolean newline = bytes[i] == '\n';
            line += newline ? 1 : 0;
            column = newline ? 1 : column + 1;
        }
        return StoreDamage.notWellFormed(path, "a byte is not " + charset.name(), line, column);
    }

    private static boolean isAscii(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] < 0) {
                return false;
            }
        }
        return true;
    }

    private static byte[] shapeOf(String characters) {
        byte[] shape = new byte[characters.length()];
        for (int i = 0; i < shape.length; i++) {
            char c = characters.charAt(i);
            shape[i] = c < 0x80 ? (byte) c : OTHER;
        }
        return shape;
    }

    String path() {
        return path;
    }

    String characters() {
        return characters;
    }

    /**
     * The same characters for fast scanning, {@link #OTHER} for each that is not ASCII; must not be changed. Of the usual
     * store these are the bytes of the file.
     */
    byte[] shape() {
        return shape;
    }

    /** The UTF-16 unit there; refuses what {@link #takenForAscii} was wrong about. */
    char unit(int offset) {
        if (ascii && shape[offset] < 0) {
            throw StoreDamage.notWellFormed(this, offset, "a character is not ASCII");
        }
        return characters.charAt(offset);
    }

    /** Whether the {@link #shape} tells all, since it is ASCII or was taken for it. */
    boolean isAscii() {
        return ascii;
    }

    /** The line of an offset, from 1. */
    int line(int offset) {
        if (lineStarts == null) {
            lineStarts = findLines();
        }
        int found = Arrays.binarySearch(lineStarts, offset);
        return found >= 0 ? found + 1 : -found - 1;
    }

    /** The column of an offset, from 1. */
    int column(int offset) {
        return offset - characters.lastIndexOf('\n', offset - 1);
    }

    private int[] findLines() {
        int[] starts = new int[16];
        int count = 1;
        for (int i = characters.indexOf('\n'); i >= 0; i = characters.indexOf('\n', i + 1)) {
            starts = count == starts.length ? Arrays.copyOf(starts, count * 2) : starts;
            starts[count++] = i + 1;
        }
        return Arrays.copyOf(starts, count);
    }

    /** Whether the encoding has every character of this text; others must be written as references. */
    boolean canWrite(String changed) {
        return charset.equals(StandardCharsets.UTF_8) || charset.newEncoder().canEncode(changed);
    }

    /** Other characters in the same encoding, with the same mark. */
    byte[] encode(String changed) {
        byte[] body = changed.getBytes(charset);
        byte[] all = Arrays.copyOf(mark, mark.length + body.length);
        System.arraycopy(body, 0, all, mark.length, body.length);
        return all;
    }
}
