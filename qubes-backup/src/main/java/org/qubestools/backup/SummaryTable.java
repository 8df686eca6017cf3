package org.qubestools.backup;

import java.util.List;

/**
 * The layout of the original summaries: cells to the right of columns of given widths, each one wider than that.
 *
 * @param widths characters of the widest cell of each column; a longer cell makes its own line longer
 */
public record SummaryTable(List<Integer> widths) {
    public SummaryTable {
        widths = List.copyOf(widths);
    }

    /** The line above and below the header. */
    public String rule() {
        StringBuilder text = new StringBuilder();
        for (int width : widths) {
            text.append("-".repeat(width + 2)).append('+');
        }
        return text.toString();
    }

    /** One line; the cells are fit for a terminal, and there are at most as many as columns. */
    public String line(List<String> cells) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            text.append(cell(cells.get(i), widths.get(i)));
        }
        return text.toString();
    }

    /** A line with a first cell, and one that takes the place of the second and third. */
    public String totalLine(String first, String second) {
        return cell(first, widths.get(0)) + cell(second, widths.get(1) + 1 + 2 + widths.get(2));
    }

    /** One cell at the right end of a column of this width. */
    private static String cell(String text, int width) {
        return " ".repeat(Math.max(0, width + 1 - text.length())) + text + " |";
    }
}
