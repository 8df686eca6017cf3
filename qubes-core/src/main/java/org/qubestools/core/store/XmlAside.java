package org.qubestools.core.store;

/** What stands between tags and means nothing to a store: comments, processing instructions, CDATA sections. */
final class XmlAside {
    private XmlAside() {}

    /** Checks what begins at {@code start} with {@code <!} or {@code <?} and returns where the text goes on. */
    static int end(StoreText document, int start, boolean insideElement) {
        String text = document.characters();
        if (text.startsWith("<?", start)) {
            return endOfInstruction(document, start);
        }
        if (text.startsWith("<!--", start)) {
            int end = text.indexOf("--", start + 4);
            if (end < 0 || end + 2 >= text.length() || text.charAt(end + 2) != '>') {
                throw StoreDamage.notWellFormed(document, start, "a comment is not closed, or has '--' inside");
            }
            checkCharacters(document, start, end);
            return end + 3;
        }
        if (text.startsWith("<![CDATA[", start) && insideElement) {
            int end = text.indexOf("]]>", start + 9);
            if (end < 0) {
                throw StoreDamage.notWellFormed(document, start, "a CDATA section is not closed");
            }
            checkCharacters(document, start, end);
            return end + 3;
        }
        if (text.startsWith("<!DOCTYPE", start)) {
            throw StoreDamage.doctype(document.path(), document.line(start), document.column(start));
        }
        throw StoreDamage.notWellFormed(document, start, "'<!' begins nothing known");
    }

    private static int endOfInstruction(StoreText document, int start) {
        String text = document.characters();
        int target = start + 2;
        int at = target;
        if (at < text.length() && XmlChars.isNameStart(text.charAt(at))) {
            at++;
            while (at < text.length() && XmlChars.isNamePart(text.charAt(at))) {
                at++;
            }
        }
        if (at == target) {
            throw StoreDamage.notWellFormed(document, at, "a processing instruction has no name");
        }
        int end = text.indexOf("?>", at);
        if (end < 0) {
            throw StoreDamage.notWellFormed(document, start, "a processing instruction is not closed");
        }
        boolean parted = at == end || XmlChars.isBlank(text.charAt(at));
        if (text.substring(target, at).equalsIgnoreCase("xml") || !parted) {
            throw StoreDamage.notWellFormed(document, start, "a processing instruction is malformed");
        }
        checkCharacters(document, target, end);
        return end + 2;
    }

    private static void checkCharacters(StoreText document, int from, int to) {
        int i = from;
        while (i < to) {
            i = character(document, i);
        }
    }

    /** Checks one character and returns where the next begins. */
    static int character(StoreText document, int i) {
        document.unit(i); // where it was taken for ASCII
        int next = XmlChars.end(document.characters(), i);
        if (next < 0) {
            throw StoreDamage.notWellFormed(document, i, "a character is not allowed in XML");
        }
        return next;
    }
}
