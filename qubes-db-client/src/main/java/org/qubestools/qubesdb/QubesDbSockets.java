package org.qubestools.qubesdb;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Map;

/**
 * The folder with the sockets of the daemons: {@code qubesdb.NAME.sock} for a domain, {@code qubesdb.sock} for the local
 * one, {@code qubesdb.NAME.ro.sock} and {@code qubesdb.ro.sock} for reading only.
 */
public record QubesDbSockets(Path folder) {
    /** Where the original software has them. */
    public static final Path DEFAULT_FOLDER = Path.of("/var/run/qubes");
    /** Environment variable that names another folder. */
    public static final String VARIABLE = "QUBES_RUN_DIR";

    /** Environment variable that names a directory that stands for the root. */
    public static final String ROOT_VARIABLE = "QUBES_ROOT";

    private static final int LONGEST_NAME = 31;

    public QubesDbSockets {
        requireNonNull(folder);
    }

    /** The folder that the environment names, or the default one, below the root that it names. */
    public static QubesDbSockets fromEnvironment(Map<String, String> environment) {
        String folder = environment.getOrDefault(VARIABLE, "");
        if (!folder.isEmpty()) {
            return new QubesDbSockets(Path.of(folder));
        }
        String root = environment.getOrDefault(ROOT_VARIABLE, "");
        return new QubesDbSockets(
                root.isEmpty()
                        ? DEFAULT_FOLDER
                        : Path.of(root).toAbsolutePath().resolve(Path.of("/").relativize(DEFAULT_FOLDER)));
    }

    /** Socket of a domain; {@link QubesDbArgumentException} if that cannot be its name. */
    public Path socket(String domain) {
        return folder.resolve("qubesdb." + requireName(domain) + ".sock");
    }

    /** Socket of a domain for reading only. */
    public Path readOnlySocket(String domain) {
        return folder.resolve("qubesdb." + requireName(domain) + ".ro.sock");
    }

    /** Socket of the domain that this runs in. */
    public Path localSocket() {
        return folder.resolve("qubesdb.sock");
    }

    /** Socket of the domain that this runs in, for reading only. */
    public Path localReadOnlySocket() {
        return folder.resolve("qubesdb.ro.sock");
    }

    /**
     * The name itself, if it can stand in the name of a file: a letter, then at most 30 letters, digits and _ . - Not
     * {@code ro}, and not with {@code .ro} at the end: its socket would have the name of another one for reading only.
     */
    public static String requireName(String domain) {
        if (!isName(domain)) {
            throw new QubesDbArgumentException("'" + SafePath.of(domain)
                    + "' is no name of a domain: 1 to 31 letters, digits and _ . - are, the first a letter");
        }
        if (domain.equals("ro") || domain.endsWith(".ro")) {
            throw new QubesDbArgumentException(
                    "'" + domain + "' cannot have a database: its socket would be another one's for reading only");
        }
        return domain;
    }

    private static boolean isName(String untrusted) {
        if (untrusted.isEmpty() || untrusted.length() > LONGEST_NAME || !isLetter(untrusted.charAt(0))) {
            return false;
        }
        for (int i = 1; i < untrusted.length(); i++) {
            char c = untrusted.charAt(i);
            if (!isLetter(c) && !(c >= '0' && c <= '9') && c != '_' && c != '.' && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}
