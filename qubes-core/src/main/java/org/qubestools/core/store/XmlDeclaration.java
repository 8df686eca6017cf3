package org.qubestools.core.store;

import java.nio.charset.StandardCharsets;

/** The {@code <?xml ...?>} at the very beginning of a document. */
final class XmlDeclaration {
    static final String START = "<?xml";
    private static final int MAX_LENGTH = 200;

    private XmlDeclaration() {}

    /** The encoding named by the declaration that begins at {@code from}; empty if there is none. */
    static String encodingOf(byte[] bytes, int from) {
        int length = Math.min(bytes.length - from, MAX_LENGTH);
        return encodingOf(new String(bytes, from, length, StandardCharsets.ISO_8859_1));
    }

    /** The encoding named by the declaration that the text begins with; empty if there is none. */
    static String encodingOf(String text) {
        if (!isDeclaration(text)) {
            return "";
        }
        String head = text.substring(0, Math.min(text.length(), MAX_LENGTH));
        int end = head.indexOf("?>");
        String declaration = end < 0 ? head : head.substring(0, end);
        int at = declaration.indexOf("encoding");
        return at < 0 ? "" : quotedAfter(declaration, at + "encoding".length());
    }

    static boolean isDeclaration(String text) {
        return text.startsWith(START) && text.length() > 5 && XmlChars.isBlank(text.charAt(5));
    }

    /**
     * The end of the declaration that {@code text} begins with, 0 if there is none, -1 if it is malformed: version 1.0,
     * then encoding, then standalone, each with a quoted value.
     */
    static int end(String text) {
        if (!isDeclaration(text)) {
            return 0;
        }
        int end = text.indexOf("?>");
        if (end < 0 || end > MAX_LENGTH) {
            return -1;
        }
        String rest = text.substring(START.length(), end);
        String[] names = {"version", "encoding", "standalone"};
        for (String name : names) {
            String trimmed = withoutBlanks(rest);
            if (trimmed.startsWith(name) && trimmed.length() < rest.length()) {
                String value = quotedAfter(trimmed, name.length());
                if (!isGood(name, value)) {
                    return -1;
                }
                rest = trimmed.substring(trimmed.indexOf(value, name.length() + 1) + value.length() + 1);
            } else if (name.equals("version")) {
                return -1;
            }
        }
        return withoutBlanks(rest).isEmpty() ? end + 2 : -1;
    }

    /** Without what XML takes for blanks at the beginning. */
    private static String withoutBlanks(String text) {
        int at = 0;
        while (at < text.length() && XmlChars.isBlank(text.charAt(at))) {
            at++;
        }
        return text.substring(at);
    }

    private static boolean isGood(String name, String value) {
        return switch (name) {
            case "version" -> value.equals("1.0");
            case "standalone" -> value.equals("yes") || value.equals("no");
            default -> isEncodingName(value);
        };
    }

    private static boolean isEncodingName(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'))) {
                return false;
            }
        }
        return !value.isEmpty();
    }

    private static String quotedAfter(String text, int from) {
        int at = from;
        while (at < text.length() && XmlChars.isBlank(text.charAt(at))) {
            at++;
        }
        if (at == text.length() || text.charAt(at) != '=') {
            return "";
        }
        at++;
        while (at < text.length() && XmlChars.isBlank(text.charAt(at))) {
            at++;
        }
        char quote = at < text.length() ? text.charAt(at) : ' ';
        int close = quote == '"' || quote == '\'' ? text.indexOf(quote, at + 1) : -1;
        return close < 0 ? "" : text.substring(at + 1, close);
    }
}
