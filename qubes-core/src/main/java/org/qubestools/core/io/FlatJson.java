package org.qubestools.core.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON that the core gets from other programs or wrote itself: mostly one object of plain values, which are texts,
 * numbers, true, false, null.
 */
public final class FlatJson {
    private static final int MAX_DEPTH = 16;

    private final String text;
    private int at;

    private FlatJson(String text) {
        this.text = text;
    }

    /** A text that is no such object. */
    public static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        public Malformed(String reason) {
            super(reason);
        }
    }

    /** The values by name, each as text; those of a name that comes twice: the last one. */
    public static Map<String, String> read(String untrusted) throws Malformed {
        FlatJson json = new FlatJson(untrusted);
        Map<String, String> values = json.object();
        json.skipBlanks();
        if (json.at != untrusted.length()) {
            throw new Malformed("something stands behind the object");
        }
        return values;
    }

    /**
     * The value of a text of any form: {@code Map}s in the order of the text, {@code List}s, and plain values as texts.
     * At most {@value #MAX_DEPTH} levels.
     */
    public static Object readTree(String untrusted) throws Malformed {
        FlatJson json = new FlatJson(untrusted);
        Object value = json.value(0);
        json.skipBlanks();
        if (json.at != untrusted.length()) {
            throw new Malformed("something stands behind the value");
        }
        return value;
    }

    private Object value(int depth) throws Malformed {
        if (depth > MAX_DEPTH) {
            throw new Malformed("it is nested too deeply");
        }
        return switch (next()) {
            case '"' -> string();
            case '{' -> members(depth);
            case '[' -> elements(depth);
            default -> word();
        };
    }

    private Map<String, Object> members(int depth) throws Malformed {
        Map<String, Object> members = new LinkedHashMap<>();
        expect('{');
        while (next() != '}') {
            if (!members.isEmpty()) {
                expect(',');
            }
            String name = string();
            expect(':');
            members.put(name, value(depth + 1));
        }
        at++;
        return members;
    }

    private List<Object> elements(int depth) throws Malformed {
        List<Object> elements = new ArrayList<>();
        expect('[');
        while (next() != ']') {
            if (!elements.isEmpty()) {
                expect(',');
            }
            elements.add(value(depth + 1));
        }
        at++;
        return elements;
    }

    private Map<String, String> object() throws Malformed {
        Map<String, String> values = new LinkedHashMap<>();
        expect('{');
        if (next() == '}') {
            at++;
            return values;
        }
        while (true) {
            String name = string();
            expect(':');
            values.put(name, next() == '"' ? string() : word());
            if (next() != ',') {
                expect('}');
                return values;
            }
            at++;
        }
    }

    /** The next character that is no blank, which stays; 0 at the end. */
    private char next() {
        skipBlanks();
        return at < text.length() ? text.charAt(at) : 0;
    }

    private void skipBlanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private void expect(char c) throws Malformed {
        if (next() != c) {
            throw new Malformed("'" + c + "' is missing");
        }
        at++;
    }

    private String word() throws Malformed {
        int begin = at;
        while (at < text.length() && isOfWord(text.charAt(at))) {
            at++;
        }
        if (at == begin) {
            throw new Malformed("a plain value is missing");
        }
        return text.substring(begin, at);
    }

    private static boolean isOfWord(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'E';
    }

    private String string() throws Malformed {
        expect('"');
        StringBuilder value = new StringBuilder();
        while (true) {
            char c = take();
            if (c == '"') {
                return value.toString();
            }
            value.append(c == '\\' ? escaped() : c);
        }
    }

    private char take() throws Malformed {
        if (at >= text.length()) {
            throw new Malformed("a text does not end");
        }
        return text.charAt(at++);
    }

    private char escaped() throws Malformed {
        char c = take();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw new Malformed("an escape is unknown");
        };
    }

    private char unicode() throws Malformed {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(take(), 16);
            if (digit < 0) {
                throw new Malformed("an escape is not of hexadecimal digits");
            }
            value = value * 16 + digit;
        }
        return (char) value;
    }
}
