package org.qubestools.core.store;

import org.jspecify.annotations.Nullable;

/** References: the five built-in entities and characters by number. */
final class XmlEntities {
    /** What stands between ampersand and semicolon is shorter. */
    private static final int LONGEST = 12;

    private XmlEntities() {}

    /**
     * Reads the reference at the ampersand, adds what it stands for to {@code target} if there is one, returns where the
     * text goes on.
     */
    static int reference(StoreText document, int at, @Nullable StringBuilder target) {
        String text = document.characters();
        int end = text.indexOf(';', at);
        if (end < 0 || end - at > LONGEST) {
            throw StoreDamage.notWellFormed(document, at, "'&' begins no reference");
        }
        int codePoint = codePoint(text.substring(at + 1, end));
        if (codePoint < 0) {
            throw StoreDamage.notWellFormed(
                    document, at, "a reference is not one of the five entities or of an allowed character");
        }
        if (target != null) {
            target.appendCodePoint(codePoint);
        }
        return end + 1;
    }

    /** What a reference with this text between ampersand and semicolon stands for; -1 for anything but the five and characters that XML allows. */
    private static int codePoint(String entity) {
        return switch (entity) {
            case "amp" -> '&';
            case "lt" -> '<';
            case "gt" -> '>';
            case "quot" -> '"';
            case "apos" -> '\'';
            default -> byNumber(entity);
        };
    }

    private static int byNumber(String entity) {
        boolean hex = entity.startsWith("#x");
        int from = hex ? 2 : 1;
        int value = entity.startsWith("#") && entity.length() > from ? 0 : -1;
        for (int i = from; i < entity.length() && value >= 0; i++) {
            char c = entity.charAt(i);
            int digit = c < 0x80 ? Character.digit(c, hex ? 16 : 10) : -1;
            value = digit < 0 || value > Character.MAX_CODE_POINT ? -1 : value * (hex ? 16 : 10) + digit;
        }
        return value >= 0 && XmlChars.isAllowedCodePoint(value) ? value : -1;
    }
}
