package org.qubestools.core.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The two forms of Python literal that a store holds: a list of strings and a dict of string to bool.
 *
 * <p>Nothing is ever evaluated: the originals up to R3.1 ran such text as code. The parser knows these two forms only
 * and does not recurse. Accepted beside the canonical form: double quotes, a {@code u} prefix, spaces, a trailing comma,
 * {@code none} and the empty text; a list also without brackets; {@code 0} and {@code 1} for the booleans of a dict.
 */
final class PyLiteral {
    private final String text;
    private final ProblemCode onError;
    private int at;

    private PyLiteral(String text, ProblemCode onError) {
        this.text = text;
        this.onError = onError;
    }

    static List<String> parseList(String text) throws MalformedValue {
        PyLiteral in = new PyLiteral(text, ProblemCode.BAD_LIST);
        List<String> items = new ArrayList<>();
        if (in.isNothing()) {
            return items;
        }
        boolean bracketed = in.take('[');
        char end = bracketed ? ']' : '\0';
        while (!in.atEnd(end)) {
            items.add(in.string());
            if (!in.take(',') && !in.atEnd(end)) {
                throw in.malformed("a comma is missing");
            }
        }
        in.finish(end);
        return items;
    }

    static Map<String, Boolean> parseDict(String text) throws MalformedValue {
        PyLiteral in = new PyLiteral(text, ProblemCode.BAD_DICT);
        Map<String, Boolean> entries = new LinkedHashMap<>();
        if (in.isNothing()) {
            return entries;
        }
        in.expect('{');
        while (!in.atEnd('}')) {
            String key = in.string();
            in.expect(':');
            entries.put(key, in.bool());
            if (!in.take(',') && !in.atEnd('}')) {
                throw in.malformed("a comma is missing");
            }
        }
        in.finish('}');
        return entries;
    }

    static String formatList(List<String> items) {
        StringBuilder out = new StringBuilder("[");
        for (String item : items) {
            out.append(out.length() > 1 ? ", " : "");
            quote(out, item);
        }
        return out.append(']').toString();
    }

    static String formatDict(Map<String, Boolean> entries) {
        StringBuilder out = new StringBuilder("{");
        for (Map.Entry<String, Boolean> entry : entries.entrySet()) {
            out.append(out.length() > 1 ? ", " : "");
            quote(out, entry.getKey());
            out.append(entry.getValue() ? ": True" : ": False");
        }
        return out.append('}').toString();
    }

    private static void quote(StringBuilder out, String item) {
        out.append('\'');
        for (int i = 0; i < item.length(); i++) {
            char c = item.charAt(i);
            if (c == '\\' || c == '\'') {
                out.append('\\');
            }
            out.append(c);
        }
        out.append('\'');
    }

    private boolean isNothing() {
        String word = text.strip();
        return word.isEmpty() || word.equalsIgnoreCase("none");
    }

    private void skipBlanks() {
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }

    /** True at the closing bracket, or for {@code '\0'} at the end of the text. */
    private boolean atEnd(char end) {
        skipBlanks();
        return end == '\0' ? at == text.length() : at < text.length() && text.charAt(at) == end;
    }

    private boolean take(char c) {
        skipBlanks();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char c) throws MalformedValue {
        if (!take(c)) {
            throw malformed("'" + c + "' is missing");
        }
    }

    private void finish(char end) throws MalformedValue {
        if (end != '\0') {
            expect(end);
        }
        skipBlanks();
        if (at != text.length()) {
            throw malformed("something follows the end");
        }
    }

    private boolean bool() throws MalformedValue {
        skipBlanks();
        if (text.startsWith("True", at)) {
            at += 4;
            return true;
        }
        if (text.startsWith("False", at)) {
            at += 5;
            return false;
        }
        if (take('1')) {
            return true;
        }
        if (take('0')) {
            return false;
        }
        throw malformed("a value is not True or False");
    }

    private String string() throws MalformedValue {
        skipBlanks();
        if (at < text.length() && (text.charAt(at) == 'u' || text.charAt(at) == 'U')) {
            at++;
        }
        if (at == text.length() || (text.charAt(at) != '\'' && text.charAt(at) != '"')) {
            throw malformed("an item is not a quoted string");
        }
        char quote = text.charAt(at++);
        StringBuilder item = new StringBuilder();
        while (at < text.length() && text.charAt(at) != quote) {
            char c = text.charAt(at++);
            item.append(c == '\\' ? escaped() : c);
        }
        if (at == text.length()) {
            throw malformed("a quote is not closed");
        }
        at++;
        return item.toString();
    }

    private char escaped() throws MalformedValue {
        if (at == text.length()) {
            throw malformed("a quote is not closed");
        }
        char c = text.charAt(at++);
        return switch (c) {
            case '\\', '\'', '"' -> c;
            case 'x' -> hex(2);
            case 'u' -> hex(4);
            default -> throw malformed("an escape is not known");
        };
    }

    private char hex(int digits) throws MalformedValue {
        if (at + digits > text.length()) {
            throw malformed("an escape is cut short");
        }
        int value = 0;
        for (int i = 0; i < digits; i++) {
            char c = text.charAt(at++);
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw malformed("an escape has a wrong digit");
            }
            value = value * 16 + digit;
        }
        return (char) value;
    }

    private MalformedValue malformed(String reason) {
        return new MalformedValue(onError, reason);
    }
}
