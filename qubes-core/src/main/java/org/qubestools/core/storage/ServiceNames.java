package org.qubestools.core.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.RealPaths;

/** Names of ports, in the order of {@code services(5)}. */
public final class ServiceNames {
    private static final String FILE = "/etc/services";
    private static final int MAX_SIZE = 1024 * 1024;

    /** Where numbers are wanted. */
    public static final ServiceNames NONE = new ServiceNames(List.of());

    private final List<Entry> entries;

    /** One line: the official name and the others. */
    private record Entry(List<String> names, int port, String proto) {}

    private ServiceNames(List<Entry> entries) {
        this.entries = entries;
    }

    /** Those of the root in use, or of this machine where that has none; none at all if there is no file. */
    public static ServiceNames of(RealPaths paths) {
        Path own = paths.real(FILE);
        Path file = Files.isReadable(own) ? own : Path.of(FILE);
        try {
            boolean usable = Files.isReadable(file) && Files.size(file) <= MAX_SIZE;
            return parse(usable ? Files.readString(file, StandardCharsets.ISO_8859_1) : "");
        } catch (IOException e) {
            return parse(""); // numbers do without names
        }
    }

    static ServiceNames parse(String text) {
        List<Entry> entries = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            int comment = line.indexOf('#');
            Entry entry = entry(comment < 0 ? line : line.substring(0, comment));
            if (entry != null) {
                entries.add(entry);
            }
        }
        return new ServiceNames(entries);
    }

    private static @Nullable Entry entry(String line) {
        StringTokenizer words = new StringTokenizer(line);
        if (words.countTokens() < 2) {
            return null;
        }
        List<String> names = new ArrayList<>();
        names.add(words.nextToken());
        String port = words.nextToken();
        int slash = port.indexOf('/');
        int number = slash < 0 ? 0 : FirewallRuleText.port(port.substring(0, slash));
        while (words.hasMoreTokens()) {
            names.add(words.nextToken());
        }
        return number == 0 ? null : new Entry(names, number, port.substring(slash + 1));
    }

    /** The port of this name, first that of the protocol, or 0. */
    int port(String name, String proto) {
        int other = 0;
        for (Entry entry : entries) {
            if (entry.names().contains(name)) {
                if (entry.proto().equals(proto)) {
                    return entry.port();
                }
                other = other == 0 ? entry.port() : other;
            }
        }
        return other;
    }

    /** The first name of a port, whatever its protocol, or the number. */
    public String name(int port) {
        for (Entry entry : entries) {
            if (entry.port() == port) {
                return entry.names().get(0);
            }
        }
        return String.valueOf(port);
    }
}
