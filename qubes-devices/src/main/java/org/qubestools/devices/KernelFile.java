package org.qubestools.devices;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads small files of sysfs, procfs and udev, at most so many bytes; a device may vanish between two of them. */
final class KernelFile {
    /** A file of sysfs is a page at most; {@code backing_file} a path. */
    private static final int MAX_VALUE = 64 * 1024;
    /** Thousands of mounts fit. */
    private static final int MAX_TABLE = 16 * 1024 * 1024;

    private KernelFile() {}

    /** The bytes of a value, one character each, without one newline at the end; null if there is no such file. */
    static @Nullable String value(Path file) {
        String text = read(file, MAX_VALUE);
        return text != null && text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    /** A value that is a number; NONE if there is none. */
    static long number(Path file) {
        String value = value(file);
        return value == null ? TextScan.NONE : TextScan.decimal(value);
    }

    /** A whole file; empty if there is none. */
    static String table(Path file) {
        String text = read(file, MAX_TABLE);
        return text == null ? "" : text;
    }

    private static @Nullable String read(Path file, int limit) {
        try (InputStream in = Files.newInputStream(file)) {
            return ByteText.of(in.readNBytes(limit)).latin1();
        } catch (IOException e) {
            return null; // not there, or no longer: callers treat both alike
        }
    }
}
