package org.qubestools.arch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/** One Java source as the rules look at it: its lines, its code without comments and literals, its methods. */
final class SourceFile {
    private static final Pattern ANNOTATION =
            Pattern.compile("@(?!interface)[\\w.]+(\\s*\\([^()]*(\\([^()]*\\)[^()]*)*\\))?");
    private static final Pattern TYPE = Pattern.compile("(^|\\s)(class|interface|enum|record|@interface)\\s+\\w+");
    private static final Pattern ENUM_CONSTANT =
            Pattern.compile("[\\s,]*[A-Z][A-Z0-9_]*\\s*(\\(.*\\))?\\s*", Pattern.DOTALL);

    private final String path;
    private final String text;
    private final String code;

    SourceFile(String path, String text) {
        this.path = path;
        this.text = text;
        this.code = blank(text);
    }

    /** A method, constructor or initialiser: the first words of it, and how many lines it has with its signature. */
    record Method(String name, int line, int lines) {}

    private record Block(boolean type, String header, int line) {}

    String path() {
        return path;
    }

    String text() {
        return text;
    }

    /** The text with comments, strings and characters blanked out; every line keeps its number. */
    String code() {
        return code;
    }

    int lineCount() {
        return (int) text.lines().count();
    }

    /** Blocks that stand directly in a type and are no types themselves; what is nested in a method is part of it. */
    List<Method> methods() {
        List<Method> methods = new ArrayList<>();
        Deque<Block> open = new ArrayDeque<>();
        int headerStart = 0;
        int line = 1;
        int headerLine = 1;
        boolean headerEmpty = true;
        int parentheses = 0;
        for (int i = 0; i < code.length(); i++) {
            char c = code.charAt(i);
            if (headerEmpty && !Character.isWhitespace(c)) {
                headerLine = line;
                headerEmpty = false;
            }
            switch (c) {
                case '\n' -> line++;
                case '(' -> parentheses++;
                case ')' -> parentheses--;
                case '{' -> {
                    if (parentheses == 0 || !inType(open)) {
                        open.push(block(open, code.substring(headerStart, i), headerLine));
                    } else {
                        open.push(new Block(false, "=", headerLine));
                    }
                }
                case '}' -> {
                    Block closed = open.pop();
                    if (!closed.type && inType(open) && !closed.header.contains("=")) {
                        methods.add(new Method(name(closed.header), closed.line, line - closed.line + 1));
                    }
                }
                default -> {}
            }
            if (c == '{' || c == '}' || c == ';') {
                headerStart = i + 1;
                headerEmpty = true;
            }
        }
        return methods;
    }

    private static Block block(Deque<Block> open, String rawHeader, int line) {
        String header = ANNOTATION.matcher(rawHeader).replaceAll(" ").strip();
        boolean type = TYPE.matcher(header).find()
                || (inEnum(open) && ENUM_CONSTANT.matcher(header).matches());
        return new Block(type, header, line);
    }

    private static boolean inType(Deque<Block> open) {
        return !open.isEmpty() && open.peek().type;
    }

    private static boolean inEnum(Deque<Block> open) {
        return inType(open)
                && Pattern.compile("(^|\\s)enum\\s").matcher(open.peek().header).find();
    }

    private static String name(String header) {
        int parenthesis = header.indexOf('(');
        String front = parenthesis < 0 ? header : header.substring(0, parenthesis);
        return front.isBlank() ? "initialiser" : front.strip().replaceFirst("(?s).*[\\s>]", "");
    }

    private static String blank(String text) {
        StringBuilder code = new StringBuilder(text.length());
        int i = 0;
        while (i < text.length()) {
            int end = literalEnd(text, i);
            if (end == i) {
                code.append(text.charAt(i));
                i++;
            } else {
                for (; i < end; i++) {
                    code.append(text.charAt(i) == '\n' ? '\n' : ' ');
                }
            }
        }
        return code.toString();
    }

    /** The end of the comment or literal that begins at {@code i}; {@code i} itself where none begins. */
    private static int literalEnd(String text, int i) {
        if (text.startsWith("//", i)) {
            return indexOrEnd(text.indexOf('\n', i), text);
        }
        if (text.startsWith("/*", i)) {
            return indexOrEnd(text.indexOf("*/", i + 2), text, 2);
        }
        if (text.startsWith("\"\"\"", i)) {
            return quoteEnd(text, i + 3, "\"\"\"");
        }
        char c = text.charAt(i);
        return c == '"' || c == '\'' ? quoteEnd(text, i + 1, String.valueOf(c)) : i;
    }

    private static int quoteEnd(String text, int from, String quote) {
        int i = from;
        while (i < text.length() && !text.startsWith(quote, i)) {
            i += text.charAt(i) == '\\' ? 2 : 1;
        }
        return Math.min(text.length(), i + quote.length());
    }

    private static int indexOrEnd(int index, String text) {
        return indexOrEnd(index, text, 0);
    }

    private static int indexOrEnd(int index, String text, int extra) {
        return index < 0 ? text.length() : index + extra;
    }
}
