package org.qubestools.core;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.SafeText;

/** Which group the files of the store get: looked up in {@code /etc/group} below the root. */
final class StoreOwnership {
    private static final String GROUP_FILE = "/etc/group";

    private StoreOwnership() {}

    /**
     * The group named by the configuration. Below a foreign root a group that is not there is left alone; on the host
     * itself it is an error, since other users would lose the store.
     */
    static Ownership of(QubesConfig config) {
        if (config.group().isEmpty()) {
            return Ownership.leftAlone();
        }
        OptionalInt gid = lookUp(config.real(GROUP_FILE), config.group());
        if (gid.isPresent()) {
            return Ownership.group(gid.getAsInt());
        }
        if (config.isForeignRoot()) {
            return Ownership.leftAlone();
        }
        throw new QubesException(
                ErrorKind.FAILED,
                "there is no group '" + SafeText.of(config.group()) + "' in " + GROUP_FILE,
                "add it, or set QUBES_GROUP (empty: the group is left alone)");
    }

    /** True if a group is wanted that the tree does not know. */
    static boolean isLeftAlone(QubesConfig config) {
        return config.isForeignRoot()
                && !config.group().isEmpty()
                && lookUp(config.real(GROUP_FILE), config.group()).isEmpty();
    }

    private static OptionalInt lookUp(Path file, String group) {
        if (!Files.isRegularFile(file)) {
            return OptionalInt.empty();
        }
        try {
            for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n", -1)) {
                String[] fields = line.split(":", -1);
                if (fields.length >= 3 && fields[0].equals(group) && isId(fields[2])) {
                    return OptionalInt.of(Integer.parseInt(fields[2]));
                }
            }
        } catch (IOException e) {
            throw Qubes.failed(file, e);
        }
        return OptionalInt.empty();
    }

    private static boolean isId(String text) {
        boolean digits = !text.isEmpty() && text.length() <= 9;
        for (int i = 0; i < text.length(); i++) {
            digits &= text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }
        return digits;
    }
}
