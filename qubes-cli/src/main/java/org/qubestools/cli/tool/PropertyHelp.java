package org.qubestools.cli.tool;

import java.util.LinkedHashMap;
import java.util.Map;
import org.qubestools.cli.frame.ToolContext;

/** The list of all properties with their meaning, as text or as JSON. */
final class PropertyHelp {
    private static final int WIDTH = 26;

    private final ToolContext ctx;
    private final StringBuilder lines = new StringBuilder();
    private final Map<String, Object> properties = new LinkedHashMap<>();

    PropertyHelp(ToolContext ctx) {
        this.ctx = ctx;
    }

    void add(String name, boolean settable, String help) {
        lines.append(name)
                .append(settable ? ' ' : '*')
                .append(" ".repeat(Math.max(1, WIDTH - name.length())))
                .append(help)
                .append('\n');
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("settable", settable);
        entry.put("help", help);
        properties.put(name, entry);
    }

    /** Prints it; {@code note} comes after the text. */
    void print(String note) {
        if (ctx.isJson()) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("type", "property-help");
            result.put("properties", properties);
            ctx.json(result);
        } else {
            ctx.out().print(lines + note);
        }
    }
}
