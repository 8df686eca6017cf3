package org.qubestools.core.store;

/** References: the five built-in entities and characters by number. */
final class XmlEntities {
    private XmlEntities() {}

    /** What a reference with this text between ampersand and semicolon stands for; -1 for anything but the five and characters that XML allows. */
    static int codePoint(String entity) {
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
