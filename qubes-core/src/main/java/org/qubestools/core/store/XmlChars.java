package org.qubestools.core.store;

/** Character classes of XML 1.0 (fifth edition). */
final class XmlChars {
    private XmlChars() {}

    static boolean isBlank(char c) {
        return c == ' ' || c == '\n' || c == '\t' || c == '\r';
    }

    /** A UTF-16 unit that may stand in a document; that surrogates come in pairs is checked by the caller. */
    static boolean isAllowed(char c) {
        return c >= 0x20 ? c < 0xfffe : isBlank(c);
    }

    /** Where the character at {@code i} ends, a pair of surrogates being one; -1 if it may not stand in a document. */
    static int end(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
            return i + 2;
        }
        return Character.isSurrogate(c) || !isAllowed(c) ? -1 : i + 1;
    }

    static boolean isAllowedCodePoint(int c) {
        return c < 0x10000 ? isAllowed((char) c) && !Character.isSurrogate((char) c) : c <= Character.MAX_CODE_POINT;
    }

    static boolean isNameStart(char c) {
        if (c < 0x80) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
        }
        return (c >= 0xc0 && c <= 0x2ff && c != 0xd7 && c != 0xf7)
                || (c >= 0x370 && c <= 0x1fff && c != 0x37e)
                || c == 0x200c
                || c == 0x200d
                || (c >= 0x2070 && c <= 0x218f)
                || (c >= 0x2c00 && c <= 0x2fef)
                || (c >= 0x3001 && c <= 0xd7ff)
                || (c >= 0xf900 && c <= 0xfdcf)
                || (c >= 0xfdf0 && c <= 0xfffd);
    }

    static boolean isNamePart(char c) {
        return isNameStart(c)
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.'
                || c == 0xb7
                || (c >= 0x300 && c <= 0x36f)
                || c == 0x203f
                || c == 0x2040;
    }
}
