package org.qubestools.backup.restore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.qubestools.core.QubesConfig;

/**
 * The user of dom0: the first member of the group of the store, as the files below the root say.
 *
 * @param home fixed path of the home
 * @param uid empty if the user is not in {@code /etc/passwd}
 * @param gid of the primary group; empty likewise
 */
public record HostUser(String name, String home, OptionalInt uid, OptionalInt gid) {
    private static final String DEFAULT_GROUP = "qubes";

    /** Empty if the group is missing or has no member. */
    public static Optional<HostUser> of(QubesConfig config) {
        String group = config.group().isEmpty() ? DEFAULT_GROUP : config.group();
        String[] fields = line(config.real("/etc/group"), group);
        String name = fields.length > 3 ? fields[3].split(",", -1)[0].strip() : "";
        if (name.isEmpty() || name.indexOf('/') >= 0) {
            return Optional.empty();
        }
        String[] entry = line(config.real("/etc/passwd"), name);
        String home = entry.length > 5 && entry[5].startsWith("/") ? entry[5] : "/home/" + name;
        return Optional.of(new HostUser(name, home, number(entry, 2), number(entry, 3)));
    }

    private static OptionalInt number(String[] fields, int at) {
        boolean isNumber = fields.length > at && fields[at].matches("[0-9]{1,9}");
        return isNumber ? OptionalInt.of(Integer.parseInt(fields[at])) : OptionalInt.empty();
    }

    /** The fields of the line that begins with this one. */
    private static String[] line(Path file, String first) {
        if (!Files.isRegularFile(file)) {
            return new String[0];
        }
        try {
            for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n", -1)) {
                if (line.startsWith(first + ":")) {
                    return line.split(":", -1);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
        return new String[0];
    }
}
