package org.qubestools.cli.output;

import java.util.List;

/**
 * Lines of cells under each other as the tools of R4 print them: to the left, two blanks between, no rules. Cells may hold
 * untrusted text; what could harm a terminal is escaped.
 */
public final class Columns {
    private Columns() {}

    /** The lines, each with a line end; every row has as many cells as the first. */
    public static String text(List<List<String>> rows) {
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            int from = text.length();
            for (int i = 0; i < row.size(); i++) {
                String cell = PropertyText.safe(row.get(i));
                text.append(cell);
                if (i < row.size() - 1) {
                    text.append(" ".repeat(width(rows, i) - cell.length() + 2));
                }
            }
            int end = text.length();
            while (end > from && text.charAt(end - 1) == ' ') {
                end--;
            }
            text.setLength(end);
            text.append('\n');
        }
        return text.toString();
    }

    private static int width(List<List<String>> rows, int column) {
        int width = 0;
        for (List<String> row : rows) {
            width = Math.max(width, PropertyText.safe(row.get(column)).length());
        }
        return width;
    }
}
