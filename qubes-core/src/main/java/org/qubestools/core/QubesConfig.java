package org.qubestools.core;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.vmm.DriverSettings;

/**
 * Where everything is: every fixed path is looked up below the root directory and shown without it.
 *
 * @param root {@code /} or the directory that stands for it
 * @param runDir what stands for {@code /var/run/qubes}; null for that directory below the root
 * @param connectUri libvirt URI named by the user; null for the default
 * @param offline no contact with the running system
 * @param group group of the store's files; empty to leave the group alone
 * @param driver what is said of the driver of the running system
 * @param timeout seconds that libvirt may be silent, as the user says it; null for the default
 * @param settings everything that is set, by the names of the environment variables: what this class does not know too
 */
public record QubesConfig(
        Path root,
        @Nullable Path runDir,
        @Nullable String connectUri,
        boolean offline,
        String group,
        DriverSettings driver,
        @Nullable String timeout,
        Map<String, String> settings)
        implements RealPaths {
    public static final String STORE = "/var/lib/qubes/qubes.xml";
    private static final String RUN_DIR = "/var/run/qubes";
    private static final String DEFAULT_GROUP = "qubes";

    /**
     * The configuration for one run.
     *
     * @param options values given on the command line, by the names of the environment variables; they win over
     *     {@code environment}, which wins over {@code /etc/qubes/qvm.conf} below the root
     */
    public static QubesConfig of(Map<String, String> options, Map<String, String> environment) {
        String named = first(options, environment, Map.of(), "QUBES_ROOT");
        Path root =
                named == null ? Path.of("/") : Path.of(named).toAbsolutePath().normalize();
        Map<String, String> file = ConfigFile.read(below(root, ConfigFile.PATH));
        String uri = first(options, environment, file, "QUBES_LIBVIRT_URI");
        String runDir = first(options, environment, file, "QUBES_RUN_DIR");
        String group = first(options, environment, file, "QUBES_GROUP");
        boolean foreign = root.getNameCount() > 0;
        boolean offline = "1".equals(first(options, environment, file, "QUBES_OFFLINE")) || (foreign && uri == null);
        return new QubesConfig(
                root,
                runDir == null || runDir.isEmpty() ? null : Path.of(runDir).toAbsolutePath(),
                uri,
                offline,
                group == null ? DEFAULT_GROUP : group,
                driver(options, environment, file),
                set(first(options, environment, file, "QUBES_LIBVIRT_TIMEOUT")),
                merged(options, environment, file));
    }

    private static DriverSettings driver(
            Map<String, String> options, Map<String, String> environment, Map<String, String> file) {
        return new DriverSettings(
                set(first(options, environment, file, "QUBES_DRIVER")),
                set(first(options, environment, file, "QUBES_KVM_NETWORK")),
                set(first(options, environment, file, "QUBES_KVM_BRIDGE")),
                set(first(options, environment, file, "QUBES_KVM_CONSOLE_LOGS")));
    }

    private static @Nullable String set(@Nullable String value) {
        return value == null || value.isEmpty() ? null : value;
    }

    private static Map<String, String> merged(
            Map<String, String> options, Map<String, String> environment, Map<String, String> file) {
        Map<String, String> all = new HashMap<>(file);
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            if (variable.getKey().startsWith("QUBES_")) {
                all.put(variable.getKey(), variable.getValue());
            }
        }
        all.putAll(options);
        return Map.copyOf(all);
    }

    private static @Nullable String first(
            Map<String, String> options, Map<String, String> environment, Map<String, String> file, String key) {
        String value = options.get(key);
        if (value == null) {
            value = environment.get(key);
        }
        return value == null ? file.get(key) : value;
    }

    /** True for a root other than {@code /}. */
    public boolean isForeignRoot() {
        return root.getNameCount() > 0;
    }

    @Override
    public Path real(String fixedPath) {
        if (runDir != null && (fixedPath.equals(RUN_DIR) || fixedPath.startsWith(RUN_DIR + "/"))) {
            return runDir.resolve(fixedPath.substring(Math.min(RUN_DIR.length() + 1, fixedPath.length())));
        }
        return below(root, fixedPath);
    }

    private static Path below(Path root, String fixedPath) {
        Path path = root.resolve(fixedPath.substring(1)).normalize();
        if (!fixedPath.startsWith("/") || !path.startsWith(root)) {
            throw new QubesException(ErrorKind.INVALID_VALUE, "a path leads out of the root directory");
        }
        return path;
    }

    /** A message with real paths in it, as users know them. */
    public String shownIn(String message) {
        return isForeignRoot() ? message.replaceAll("(?<![\\w.-])" + Pattern.quote(root + "/"), "/") : message;
    }

    /** A real path as users know it: without the root. */
    public String shown(Path real) {
        return isForeignRoot() && real.startsWith(root) ? "/" + root.relativize(real) : real.toString();
    }

    public Path store() {
        return real(STORE);
    }

    /** The libvirt URI in force: what is named, else that of Xen where there is one, else that of QEMU. */
    public String uri() {
        if (connectUri != null) {
            return connectUri;
        }
        if (Files.exists(real("/proc/xen"))) {
            return "xen:///";
        }
        return isRoot() ? "qemu:///system" : "qemu:///session";
    }

    private static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        } catch (IOException e) {
            return false; // no /proc: the session of whoever it is
        }
    }
}
