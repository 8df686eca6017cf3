package org.qubestools.core.storage;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The text of {@code storage.conf} line by line, so that a change of one pool leaves everything else as it is: remarks,
 * order, other keys and pools. Immutable. What lines mean is said by {@link StorageConf}.
 */
public final class PoolText {
    private static final String DRIVER = "driver";
    private static final String CLASS = "class";
    private static final String DIRECTORY = "dir_path";
    private static final String USUAL_DRIVER = "xen";

    private final List<String> lines;

    private PoolText(List<String> lines) {
        this.lines = lines;
    }

    /** The text of a file; the empty text for one that is not there. */
    public static PoolText of(String text) {
        List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
        if (lines.get(lines.size() - 1).isEmpty()) {
            lines.remove(lines.size() - 1);
        }
        return new PoolText(lines);
    }

    /** What each section says who keeps its volumes: the class if there is one, else the driver; by name, in order. */
    public Map<String, String> drivers() {
        Map<String, String> drivers = new LinkedHashMap<>();
        Map<String, String> classes = new LinkedHashMap<>();
        String section = null;
        for (String raw : lines) {
            String name = header(raw);
            if (name != null) {
                section = name;
                drivers.putIfAbsent(section, USUAL_DRIVER);
            } else if (section != null) {
                String key = key(raw);
                if (key.equals(DRIVER)) {
                    drivers.put(section, value(raw));
                } else if (key.equals(CLASS)) {
                    classes.put(section, value(raw));
                }
            }
        }
        drivers.putAll(classes);
        return drivers;
    }

    /** With a new section at the end. */
    public PoolText adding(String pool, String directory) {
        List<String> changed = new ArrayList<>(lines);
        if (!changed.isEmpty() && !changed.get(changed.size() - 1).isBlank()) {
            changed.add("");
        }
        changed.add("[" + pool + "]");
        changed.add(DRIVER + " = " + USUAL_DRIVER);
        changed.add(DIRECTORY + " = " + directory);
        return new PoolText(changed);
    }

    /**
     * Without any section of this name. Blank lines and remarks before the next section stay: they belong to that. What
     * {@link #adding} has added is gone wholly.
     */
    public PoolText removing(String pool) {
        List<String> changed = new ArrayList<>();
        int at = 0;
        boolean removedLast = false;
        while (at < lines.size()) {
            if (pool.equals(header(lines.get(at)))) {
                at = endOf(at);
                removedLast = at == lines.size();
            } else {
                changed.add(lines.get(at));
                at++;
            }
        }
        int end = changed.size() - 1;
        if (removedLast && end >= 0 && changed.get(end).isBlank()) {
            changed.remove(end); // which adding has put before it
        }
        return new PoolText(changed);
    }

    /** With another directory of a pool that has a section: in the line that counts, which is the last one. */
    public PoolText moving(String pool, String directory) {
        List<String> changed = new ArrayList<>(lines);
        String section = null;
        int header = -1;
        int last = -1;
        for (int i = 0; i < lines.size(); i++) {
            String name = header(lines.get(i));
            if (name != null) {
                section = name;
                header = name.equals(pool) ? i : header;
            } else if (pool.equals(section) && key(lines.get(i)).equals(DIRECTORY)) {
                last = i;
            }
        }
        String line = DIRECTORY + " = " + directory;
        if (last >= 0) {
            changed.set(last, line);
        } else {
            changed.add(header + 1, line);
        }
        return new PoolText(changed);
    }

    /** Where the section ends whose header is here: behind its last line with a key. */
    private int endOf(int header) {
        int end = header + 1;
        for (int i = header + 1; i < lines.size() && header(lines.get(i)) == null; i++) {
            if (!key(lines.get(i)).isEmpty()) {
                end = i + 1;
            }
        }
        return end;
    }

    private static @Nullable String header(String raw) {
        String line = StorageConf.withoutRemark(raw).strip();
        return line.startsWith("[") && line.endsWith("]") ? line.substring(1, line.length() - 1) : null;
    }

    /** The key of a line, in lower case; empty if it has none. */
    private static String key(String raw) {
        String line = StorageConf.withoutRemark(raw).strip();
        int separator = StorageConf.separator(line);
        return separator <= 0 ? "" : line.substring(0, separator).strip().toLowerCase(Locale.ROOT);
    }

    private static String value(String raw) {
        String line = StorageConf.withoutRemark(raw).strip();
        return line.substring(StorageConf.separator(line) + 1).strip();
    }

    /** All of it; each line ends in a line feed. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            text.append(line).append('\n');
        }
        return text.toString();
    }
}
