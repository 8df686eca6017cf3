package org.qubestools.cli.output;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * A table in the original layout of qvm-ls and qvm-top: every column one wider than its longest cell, cells to the
 * right, a rule above and below the header. Cells may hold untrusted text; what could harm a terminal is escaped.
 */
public final class Table {
    private final int columns;
    private final List<String[]> lines = new ArrayList<>();
    private boolean firstToTheLeft;

    private Table(int columns) {
        this.columns = columns;
    }

    /** A table with these headers and no rows yet. */
    public static Table of(List<String> headers) {
        Table table = new Table(headers.size());
        return table.row(headers);
    }

    /** Has the cells of the first column stand to the left: for a tree. */
    public Table firstToTheLeft() {
        firstToTheLeft = true;
        return this;
    }

    /** Adds a row; it has as many cells as there are headers. */
    public Table row(List<String> cells) {
        if (cells.size() != columns) {
            throw new IllegalArgumentException(cells.size() + " cells in a table of " + columns + " columns");
        }
        String[] line = new String[columns];
        for (int i = 0; i < columns; i++) {
            line[i] = PropertyText.safe(cells.get(i));
        }
        lines.add(line);
        return this;
    }

    /** Writes rule, header, rule and rows, each with a line end. */
    public void writeTo(PrintStream out) {
        int[] widths = widths();
        StringBuilder text = new StringBuilder();
        rule(text, widths);
        line(text, widths, lines.get(0));
        rule(text, widths);
        for (int i = 1; i < lines.size(); i++) {
            line(text, widths, lines.get(i));
        }
        out.append(text);
    }

    private int[] widths() {
        int[] widths = new int[columns];
        for (String[] line : lines) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], line[i].length() + 1);
            }
        }
        return widths;
    }

    private static void rule(StringBuilder text, int[] widths) {
        for (int width : widths) {
            fill(text, '-', width);
            text.append("-+");
        }
        text.append('\n');
    }

    private void line(StringBuilder text, int[] widths, String[] cells) {
        for (int i = 0; i < cells.length; i++) {
            boolean left = i == 0 && firstToTheLeft;
            int blanks = widths[i] - cells[i].length();
            fill(text, ' ', left ? 1 : blanks);
            text.append(cells[i]);
            fill(text, ' ', left ? blanks - 1 : 0);
            text.append(" |");
        }
        text.append('\n');
    }

    private static void fill(StringBuilder text, char c, int count) {
        for (int i = 0; i < count; i++) {
            text.append(c);
        }
    }
}
