package org.qubestools.core.libvirt;

import java.util.Map;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/** Writes documents for libvirt. Every text is escaped; one with a character that XML cannot carry is refused. */
final class XmlWriter {
    private static final String INDENT = "  ";

    private final String vm;
    private final StringBuilder out = new StringBuilder(4096);

    private XmlWriter(String vm) {
        this.vm = vm;
    }

    /**
     * The document with this root.
     *
     * @param vm the name for the message
     * @throws QubesException INVALID_VALUE naming VM and element if a text cannot be carried
     */
    static String write(String vm, XmlElement root) {
        XmlWriter writer = new XmlWriter(vm);
        writer.element(root, 0);
        return writer.out.toString();
    }

    private void element(XmlElement element, int depth) {
        out.append(INDENT.repeat(depth)).append('<').append(element.name());
        for (Map.Entry<String, String> attribute : element.attributes().entrySet()) {
            out.append(' ').append(attribute.getKey()).append("=\"");
            escape(attribute.getValue(), true, element.name(), attribute.getKey());
            out.append('"');
        }
        if (!element.children().isEmpty()) {
            out.append(">\n");
            for (XmlElement child : element.children()) {
                element(child, depth + 1);
            }
            out.append(INDENT.repeat(depth)).append("</").append(element.name()).append(">\n");
        } else if (element.text().isEmpty()) {
            out.append("/>\n");
        } else {
            out.append('>');
            escape(element.text(), false, element.name(), "");
            out.append("</").append(element.name()).append(">\n");
        }
    }

    /** A parser makes blanks of tabs and line ends in attributes, and a line end of a carriage return anywhere. */
    private void escape(String text, boolean inAttribute, String element, String attribute) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isCarried(text, i)) {
                throw notCarried(text, element, attribute);
            }
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&apos;");
                case '\r' -> out.append("&#13;");
                case '\n' -> out.append(inAttribute ? "&#10;" : "\n");
                case '\t' -> out.append(inAttribute ? "&#9;" : "\t");
                default -> out.append(c);
            }
        }
    }

    /** Characters of XML 1.0; a surrogate counts if its partner is beside it. */
    private static boolean isCarried(String text, int at) {
        char c = text.charAt(at);
        if (Character.isHighSurrogate(c)) {
            return at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1));
        }
        if (Character.isLowSurrogate(c)) {
            return at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
        }
        return c >= 0x20 ? c < 0xfffe : c == '\t' || c == '\n' || c == '\r';
    }

    private QubesException notCarried(String text, String element, String attribute) {
        String where = attribute.isEmpty() ? "'" + element + "'" : "'" + attribute + "' of '" + element + "'";
        return new QubesException(
                ErrorKind.INVALID_VALUE,
                "VM '" + SafeText.of(vm) + "' cannot be defined: " + where
                        + " would have a character that XML cannot carry: " + SafeText.of(text),
                "change the property, or rename the file, that it comes from");
    }
}
