package org.qubestools.core.xml;

import java.util.Map;

/** Spells a tree of elements as a document: one element a line, two spaces of indent. */
public final class XmlText {
    private final StringBuilder out = new StringBuilder();

    private XmlText() {}

    /**
     * The document, with a newline at its end.
     *
     * @throws IllegalArgumentException if a value has a character that no XML 1.0 document can hold
     */
    public static String of(XmlElement root) {
        XmlText text = new XmlText();
        text.element(root, 0);
        return text.out.toString();
    }

    private void element(XmlElement element, int depth) {
        out.append("  ".repeat(depth)).append('<').append(element.name());
        for (Map.Entry<String, String> attribute : element.attributes().entrySet()) {
            out.append(' ').append(attribute.getKey()).append("=\"");
            escape(attribute.getValue(), true);
            out.append('"');
        }
        if (!element.children().isEmpty()) {
            out.append(">\n");
            for (XmlElement child : element.children()) {
                element(child, depth + 1);
            }
            out.append("  ".repeat(depth)).append("</").append(element.name()).append(">\n");
        } else if (element.text().isEmpty()) {
            out.append("/>\n");
        } else {
            out.append('>');
            escape(element.text(), false);
            out.append("</").append(element.name()).append(">\n");
        }
    }

    private void escape(String value, boolean inAttribute) {
        int next;
        for (int i = 0; i < value.length(); i = next) {
            int c = value.codePointAt(i);
            next = i + Character.charCount(c);
            boolean reference = c == '\r' || (inAttribute && (c == '\t' || c == '\n' || c == '"'));
            if (c == '&') {
                out.append("&amp;");
            } else if (c == '<') {
                out.append("&lt;");
            } else if (c == '>') {
                out.append("&gt;");
            } else if (reference) {
                out.append("&#").append(c).append(';');
            } else if (isAllowed(c)) {
                out.appendCodePoint(c);
            } else {
                throw new IllegalArgumentException("a value has a character that XML cannot hold: " + c);
            }
        }
    }

    private static boolean isAllowed(int c) {
        boolean surrogate = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
        return c == '\t' || c == '\n' || (c >= 0x20 && c != 0xfffe && c != 0xffff && !surrogate);
    }
}
