package org.qubestools.core;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The user of dom0: the first member of the group of the store's files.
 *
 * @param name as in {@code /etc/group}
 * @param home where the home directory really is
 * @param uid numeric id
 * @param gid of the user's own group
 */
public record Dom0User(String name, Path home, int uid, int gid) {
    private static final String GROUPS = "/etc/group";
    private static final String USERS = "/etc/passwd";

    /** The user below the configured root; empty if the group has no member there, or none with a home. */
    public static Optional<Dom0User> find(QubesConfig config) {
        String group = config.group().isEmpty() ? "qubes" : config.group();
        for (String line : lines(config.real(GROUPS))) {
            String[] fields = line.split(":", -1);
            if (fields.length >= 4 && fields[0].equals(group) && !fields[3].isEmpty()) {
                return user(config, fields[3].split(",", -1)[0]);
            }
        }
        return Optional.empty();
    }

    private static Optional<Dom0User> user(QubesConfig config, String name) {
        for (String line : lines(config.real(USERS))) {
            String[] fields = line.split(":", -1);
            boolean usable = fields.length >= 6
                    && fields[0].equals(name)
                    && fields[2].matches("[0-9]{1,9}")
                    && fields[3].matches("[0-9]{1,9}")
                    && fields[5].startsWith("/");
            if (usable) {
                Path home = config.real(fields[5]);
                return Optional.of(new Dom0User(name, home, Integer.parseInt(fields[2]), Integer.parseInt(fields[3])));
            }
        }
        return Optional.empty();
    }

    private static List<String> lines(Path file) {
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        try {
            return List.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n", -1));
        } catch (IOException e) {
            throw Qubes.failed(file, e);
        }
    }
}
