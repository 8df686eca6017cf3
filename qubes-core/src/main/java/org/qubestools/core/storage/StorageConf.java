package org.qubestools.core.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Pools;

/**
 * The storage pools of {@code /etc/qubes/storage.conf}, read at first use: an INI file with one section a pool.
 *
 * <p>A {@code #} or {@code ;} in the first column makes a line a remark, a {@code ;} after white space begins one. No
 * file means only the default pool. A pool without a usable {@code dir_path} is left out.
 */
public final class StorageConf implements Pools {
    /** Where it is. */
    public static final String FILE = "/etc/qubes/storage.conf";

    private static final long MAX_SIZE = 1024 * 1024;

    private final Path file;
    private @Nullable Map<String, String> directories;

    public StorageConf(Path file) {
        this.file = file;
    }

    @Override
    public @Nullable String directory(String pool) {
        return directories().get(pool);
    }

    @Override
    public Set<String> names() {
        return directories().keySet();
    }

    /** The text of a file of pools, empty if there is none; {@link UncheckedIOException} if it cannot be read. */
    public static PoolText text(Path file) {
        try {
            return PoolText.of(Files.isRegularFile(file) ? Files.readString(file) : "");
        } catch (CharacterCodingException e) {
            throw new UncheckedIOException(file + ": is no UTF-8 text", e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    private static String content(Path file) throws IOException {
        if (Files.size(file) > MAX_SIZE) {
            throw new IOException("larger than 1 MiB");
        }
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    private Map<String, String> directories() {
        if (directories == null) {
            directories = read();
        }
        return directories;
    }

    private Map<String, String> read() {
        Map<String, String> pools = new LinkedHashMap<>();
        pools.put(DEFAULT, DEFAULT_DIRECTORY);
        if (!Files.isRegularFile(file)) {
            return pools;
        }
        try {
            parse(content(file), pools);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
        return pools;
    }

    static void parse(String text, Map<String, String> pools) {
        String section = null;
        for (String raw : text.split("\n", -1)) {
            String line = withoutRemark(raw).strip();
            if (line.startsWith("[") && line.endsWith("]")) {
                section = line.substring(1, line.length() - 1);
            } else if (section != null) {
                int separator = separator(line);
                if (separator > 0 && line.substring(0, separator).strip().equalsIgnoreCase("dir_path")) {
                    String directory = usable(line.substring(separator + 1).strip());
                    if (directory != null) {
                        pools.put(section, directory);
                    }
                }
            }
        }
    }

    static int separator(String line) {
        int equals = line.indexOf('=');
        int colon = line.indexOf(':');
        return equals < 0 || (colon >= 0 && colon < equals) ? colon : equals;
    }

    static String withoutRemark(String line) {
        if (line.startsWith("#") || line.startsWith(";")) {
            return "";
        }
        for (int i = 1; i < line.length(); i++) {
            if (line.charAt(i) == ';' && Character.isWhitespace(line.charAt(i - 1))) {
                return line.substring(0, i);
            }
        }
        return line;
    }

    /** The directory without a slash at its end; null if no pool can be there. */
    public static @Nullable String usable(String directory) {
        if (!directory.startsWith("/") || (directory + "/").contains("/../")) {
            return null;
        }
        int end = directory.length();
        while (end > 1 && directory.charAt(end - 1) == '/') {
            end--;
        }
        return directory.substring(0, end);
    }
}
