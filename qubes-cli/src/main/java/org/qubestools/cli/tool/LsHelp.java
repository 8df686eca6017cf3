package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.listing.FieldSets;
import org.qubestools.cli.listing.VmField;
import org.qubestools.cli.listing.VmField.Column;

/** What qvm-ls tells of its columns, as text or as JSON. */
final class LsHelp {
    private static final int WIDTH = 14;

    private final ToolContext ctx;

    LsHelp(ToolContext ctx) {
        this.ctx = ctx;
    }

    void fields() {
        if (ctx.isJson()) {
            json("fields", VmField.columnNames());
            return;
        }
        for (String name : VmField.columnNames()) {
            ctx.println(name);
        }
    }

    void formats() {
        Map<String, List<String>> formats = new LinkedHashMap<>();
        for (String format : FieldSets.FORMATS) {
            formats.put(format, names(FieldSets.ofFormat(format)));
        }
        if (ctx.isJson()) {
            json("formats", formats);
            return;
        }
        formats.forEach((format, names) -> ctx.println(format + ": " + String.join(", ", names)));
    }

    private static List<String> names(@Nullable List<VmField> fields) {
        List<String> names = new ArrayList<>();
        for (VmField field : fields == null ? List.<VmField>of() : fields) {
            names.add(field.id());
        }
        return names;
    }

    void columns() {
        Map<String, String> columns = new LinkedHashMap<>();
        for (Column column : Column.values()) {
            columns.put(column.id(), column.help());
        }
        if (ctx.isJson()) {
            json("columns", columns);
            return;
        }
        columns.forEach((name, help) -> ctx.println(name + " ".repeat(Math.max(1, WIDTH - name.length())) + help));
        ctx.println("and every property of qvm-prefs --help-properties");
    }

    private void json(String type, Object content) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("type", type);
        result.put(type, content);
        ctx.json(result);
    }
}
