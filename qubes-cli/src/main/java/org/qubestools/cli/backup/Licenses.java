package org.qubestools.cli.backup;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ToolContext;

/** {@code qubes-backup --licenses}: what {@code qubes-backup.jar} consists of and under which licenses. */
public final class Licenses {
    private static final String LIST = "list.txt";

    /**
     * A part of the jar.
     *
     * @param name as its makers write it
     * @param artifact Maven's group and name
     * @param license SPDX identifiers
     * @param copyright the line that must go with it
     * @param texts names of the full texts
     */
    public record Entry(
            String name, String version, String artifact, String license, String copyright, List<String> texts) {}

    private Licenses() {}

    /** Prints the list; with {@code --verbose} all texts too. */
    public static int run(ToolContext ctx) throws IOException {
        if (ctx.isJson()) {
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            object.put("type", "licenses");
            object.put("parts", json());
            ctx.json(object);
            return 0;
        }
        ctx.out().append(text(LIST));
        if (ctx.verbose()) {
            Set<String> names = new LinkedHashSet<>();
            for (Entry entry : entries()) {
                names.addAll(entry.texts());
            }
            names.add("GPL-3.0.txt");
            for (String name : names) {
                ctx.out().append("\n==== ").append(name).append(" ====\n\n").append(text(name));
            }
        }
        return 0;
    }

    /** All parts: a heading {@code NAME VERSION (GROUP:ARTIFACT)} and three indented lines each. */
    public static List<Entry> entries() throws IOException {
        List<Entry> entries = new ArrayList<>();
        List<String> lines = text(LIST).lines().toList();
        for (int i = 0; i + 3 < lines.size(); i++) {
            String heading = lines.get(i);
            if (heading.startsWith(" ") || !lines.get(i + 1).startsWith("  ")) {
                continue;
            }
            int artifact = heading.lastIndexOf(" (");
            int version = heading.lastIndexOf(' ', artifact - 1);
            entries.add(new Entry(
                    heading.substring(0, version),
                    heading.substring(version + 1, artifact),
                    heading.substring(artifact + 2, heading.length() - 1),
                    lines.get(i + 1).strip(),
                    lines.get(i + 2).strip(),
                    List.of(lines.get(i + 3).strip().split(" ", -1))));
        }
        return entries;
    }

    /** The text of this name, one of {@link Entry#texts}. */
    public static String text(String name) throws IOException {
        try (InputStream resource = Licenses.class.getResourceAsStream("licenses/" + name)) {
            if (resource == null) {
                throw new FileNotFoundException("licenses/" + name + " is missing from the jar");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<Object> json() throws IOException {
        List<Object> parts = new ArrayList<>();
        for (Entry entry : entries()) {
            Map<String, @Nullable Object> part = new LinkedHashMap<>();
            part.put("name", entry.name());
            part.put("version", entry.version());
            part.put("artifact", entry.artifact());
            part.put("license", entry.license());
            part.put("copyright", entry.copyright());
            parts.add(part);
        }
        return parts;
    }
}
