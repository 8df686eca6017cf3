package org.qubestools.core.io;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON for the few values that the core gives to other programs, in printable ASCII, on one line. */
public final class JsonText {
    private final StringBuilder out = new StringBuilder();

    private JsonText() {}

    /**
     * The text of a value.
     *
     * @param value null, a String, Boolean, Long or Integer, or a List or Map (with texts as keys) of such
     */
    public static String of(@Nullable Object value) {
        JsonText text = new JsonText();
        text.add(value);
        return text.out.toString();
    }

    private void add(@Nullable Object value) {
        if (value == null || value instanceof Boolean || value instanceof Long || value instanceof Integer) {
            out.append(value);
        } else if (value instanceof String string) {
            addString(string);
        } else if (value instanceof List<?> list) {
            addList(list);
        } else if (value instanceof Map<?, ?> map) {
            addMap(map);
        } else {
            throw new IllegalArgumentException("no JSON for " + value.getClass());
        }
    }

    private void addList(List<?> list) {
        out.append('[');
        String separator = "";
        for (Object element : list) {
            out.append(separator);
            add(element);
            separator = ",";
        }
        out.append(']');
    }

    private void addMap(Map<?, ?> map) {
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(separator);
            addString(String.valueOf(entry.getKey()));
            out.append(':');
            add(entry.getValue());
            separator = ",";
        }
        out.append('}');
    }

    private void addString(String string) {
        out.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c >= 0x20 && c < 0x7f) {
                out.append(c);
            } else {
                String hex = Integer.toHexString(c);
                out.append("\\u").append("0".repeat(4 - hex.length())).append(hex);
            }
        }
        out.append('"');
    }
}
