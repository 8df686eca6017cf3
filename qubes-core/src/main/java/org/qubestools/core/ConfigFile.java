package org.qubestools.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The administrator's settings: lines {@code KEY=value}; blank lines and lines that begin with {@code #} mean nothing. */
public final class ConfigFile {
    /** Where it is, below the root. */
    public static final String PATH = "/etc/qubes/qvm.conf";

    private ConfigFile() {}

    /**
     * What is set there, by the names of the environment variables; nothing without a file.
     *
     * @throws UncheckedIOException naming the file, if it cannot be read
     */
    public static Map<String, String> read(Path file) {
        if (!Files.isRegularFile(file)) {
            return Map.of();
        }
        Map<String, String> values = new HashMap<>();
        try {
            // Not readAllLines: that fails without a word at the first byte that is no UTF-8.
            for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n", -1)) {
                int equals = line.indexOf('=');
                if (equals > 0 && !line.startsWith("#")) {
                    values.put(
                            line.substring(0, equals).strip(),
                            line.substring(equals + 1).strip());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
        return values;
    }
}
