package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.UnixStat;

/** The name of this host's time zone, such as {@code Europe/Warsaw}, as it is told to VMs. */
public final class TimeZoneName {
    private static final String LOCALTIME = "/etc/localtime";
    private static final String CLOCK = "/etc/sysconfig/clock";
    private static final String ZONES = "/usr/share/zoneinfo";
    private static final String MARK = "zoneinfo/";
    private static final int MAX_CLOCK_FILE = 64 * 1024;
    private static final int MAX_DEPTH = 4;
    private static final Pattern ZONE_LINE = Pattern.compile("(?m)^\\s*ZONE=\"?([^\"\\r\\n]*)\"?\\s*$");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_+.-]+(/[A-Za-z0-9_+.-]+){0,3}");

    private final RealPaths paths;

    private TimeZoneName(RealPaths paths) {
        this.paths = paths;
    }

    /** The name, or empty if nothing tells it; a file that cannot be read tells nothing. */
    public static Optional<String> ofHost(RealPaths paths) {
        TimeZoneName zone = new TimeZoneName(paths);
        try {
            return Optional.ofNullable(zone.find())
                    .filter(name -> NAME.matcher(name).matches());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private @Nullable String find() throws IOException {
        Path localtime = paths.real(LOCALTIME);
        if (Files.isSymbolicLink(localtime)) {
            return ofTarget(Files.readSymbolicLink(localtime).toString());
        }
        Path clock = paths.real(CLOCK);
        if (Files.isRegularFile(clock)) {
            Optional<String> named = ofClockFile(clock);
            if (named.isPresent()) {
                return named.get();
            }
        }
        return Files.isRegularFile(localtime) ? ofSameFile(localtime) : null;
    }

    /** What stands behind {@code zoneinfo/}; of a link that leads elsewhere the last two parts, as the original has it. */
    private static String ofTarget(String target) {
        int mark = target.lastIndexOf(MARK);
        if (mark >= 0) {
            return target.substring(mark + MARK.length());
        }
        int last = target.lastIndexOf('/');
        return target.substring(last < 0 ? 0 : target.lastIndexOf('/', last - 1) + 1);
    }

    private static Optional<String> ofClockFile(Path clock) throws IOException {
        if (Files.size(clock) > MAX_CLOCK_FILE) {
            return Optional.empty();
        }
        Matcher line = ZONE_LINE.matcher(Files.readString(clock, StandardCharsets.ISO_8859_1));
        return line.find() ? Optional.of(line.group(1)) : Optional.empty();
    }

    /** The zone that is the very file, by another name. */
    private @Nullable String ofSameFile(Path localtime) throws IOException {
        Path zones = paths.real(ZONES);
        boolean linked = ((Number) Files.getAttribute(localtime, "unix:nlink")).intValue() > 1;
        if (!linked || !Files.isDirectory(zones)) {
            return null;
        }
        long inode = UnixStat.inode(localtime);
        long device = UnixStat.device(localtime);
        List<Path> files;
        try (Stream<Path> walk = Files.walk(zones, MAX_DEPTH)) {
            files = walk.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .sorted()
                    .toList();
        }
        for (Path file : files) {
            if (UnixStat.inode(file) == inode && UnixStat.device(file) == device) {
                return zones.relativize(file).toString();
            }
        }
        return null;
    }
}
