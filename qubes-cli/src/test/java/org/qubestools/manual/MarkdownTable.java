package org.qubestools.manual;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads the tables of our own pages: cells without a bar inside. */
public final class MarkdownTable {
    private MarkdownTable() {}

    /** The rows, without head and rule, of the table whose first column is headed {@code firstColumn}; cells stripped. */
    public static List<List<String>> rows(Path page, String firstColumn) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        boolean inside = false;
        for (String line : Files.readAllLines(page)) {
            List<String> cells = cells(line);
            if (!inside) {
                inside = !cells.isEmpty() && cells.get(0).equals(firstColumn);
            } else if (cells.isEmpty()) {
                break;
            } else if (!cells.get(0).startsWith("---")) {
                rows.add(cells);
            }
        }
        if (rows.isEmpty()) {
            throw new IllegalArgumentException(page + " has no table with a column " + firstColumn);
        }
        return rows;
    }

    private static List<String> cells(String line) {
        if (!line.startsWith("|")) {
            return List.of();
        }
        List<String> cells = new ArrayList<>();
        for (String cell : line.substring(1).split("\\|", -1)) {
            cells.add(cell.strip());
        }
        cells.remove(cells.size() - 1);
        return cells;
    }
}
