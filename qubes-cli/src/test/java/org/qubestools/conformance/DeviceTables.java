package org.qubestools.conformance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tables of device names: the names of the JSON file once more, and the numbers that a kernel gave to many disks. */
final class DeviceTables {
    private DeviceTables() {}

    /** Runs every row; a table with other columns fails. */
    static void run(String name, String text, Report report) throws IOException {
        List<List<String>> rows = rows(text);
        List<String> header = rows.remove(0);
        for (List<String> row : rows) {
            Map<String, String> cells = new LinkedHashMap<>();
            for (int i = 0; i < header.size(); i++) {
                cells.put(header.get(i), row.get(i));
            }
            String id = name + " " + row.get(0);
            if (header.contains("input_json")) {
                report.check(id, () -> named(cells));
            } else if (header.equals(List.of("name", "major", "minor"))) {
                report.check(id, () -> numbered(cells));
            } else {
                report.result(id, List.of("nobody knows a table with the columns " + header));
            }
        }
    }

    private static List<String> named(Map<String, String> cells) throws Exception {
        Map<String, Object> input = JsonTree.parse("{\"input\":" + cells.get("input_json") + "}");
        if (!cells.get("error").isEmpty()) {
            return compare(input, Expected.fields("error", cells.get("error")));
        }
        String partition = cells.get("partition");
        return compare(
                input,
                Expected.fields(
                        "family", cells.get("family"),
                        "wholeDisk", cells.get("whole_disk"),
                        "partition", partition.isEmpty() ? null : Long.valueOf(partition),
                        "kernelName", cells.get("kernel_name"),
                        "node", cells.get("node"),
                        "staticNumber", cells.get("static_number")));
    }

    private static List<String> numbered(Map<String, String> cells) throws Exception {
        return compare(
                Map.of("input", cells.get("name")),
                Expected.fields("staticNumber", cells.get("major") + ":" + cells.get("minor")));
    }

    private static List<String> compare(Map<String, Object> input, Map<String, Object> expected) throws Exception {
        return Expected.differences(expected, Expected.outcome(() -> DeviceWordCases.name(input)));
    }

    /** Cells in quotes have quotes doubled (RFC 4180); a quoted cell may hold line ends. */
    private static List<List<String>> rows(String text) {
        List<List<String>> rows = new ArrayList<>();
        List<String> row = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' && quoted && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                cell.append(c);
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (quoted || (c != ',' && c != '\n' && c != '\r')) {
                cell.append(c);
            } else if (c != '\r') {
                row.add(cell.toString());
                cell.setLength(0);
                if (c == '\n') {
                    rows.add(row);
                    row = new ArrayList<>();
                }
            }
        }
        return rows;
    }
}
