package org.qubestools.core.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.StringTokenizer;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.UnixStat;

/** Finds out who holds the lock of a file, for a message: from the kernel's table of locks, as far as it tells. */
final class LockHolder {
    /** The kernel tells its table in pieces: while locks of others come and go, one reading may miss an entry. */
    private static final int READINGS = 3;

    private LockHolder() {}

    /** Program and process of a holder of a record lock on {@code file}, empty if it cannot be told. */
    static Optional<String> find(Path proc, Path file) {
        try {
            String inode = ":" + UnixStat.inode(file);
            String exact = kernelDevice(UnixStat.device(file)) + inode;
            Optional<Long> pid = Optional.empty();
            for (int i = 0; i < READINGS && pid.isEmpty(); i++) {
                String table = Files.readString(proc.resolve("locks"), StandardCharsets.ISO_8859_1);
                // Some file systems (btrfs) show another device number in the table than in stat.
                pid = lockOn(table, exact, true).or(() -> lockOn(table, inode, false));
            }
            return pid.map(holder -> describe(proc, holder));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** A device number of stat as the table writes it: {@code fe:01}. */
    static String kernelDevice(long device) {
        long major = (device >> 8 & 0xfff) | (device >> 32 & 0xfffff000L);
        long minor = (device & 0xff) | (device >> 12 & 0xffffff00L);
        return hex(major) + ":" + hex(minor);
    }

    private static String hex(long number) {
        return (number < 0x10 ? "0" : "") + Long.toHexString(number);
    }

    // 1: POSIX  ADVISORY  WRITE 1234 fe:01:5678 0 EOF     (those who wait have "->" in the second field)
    private static Optional<Long> lockOn(String table, String file, boolean whole) {
        StringTokenizer lines = new StringTokenizer(table, "\n");
        while (lines.hasMoreTokens()) {
            StringTokenizer fields = new StringTokenizer(lines.nextToken(), " ");
            if (fields.countTokens() < 6) {
                continue;
            }
            fields.nextToken();
            boolean record = fields.nextToken().equals("POSIX");
            fields.nextToken();
            fields.nextToken();
            String pid = fields.nextToken();
            String locked = fields.nextToken();
            if (record && (whole ? locked.equals(file) : locked.endsWith(file))) {
                return number(pid);
            }
        }
        return Optional.empty();
    }

    private static Optional<Long> number(String pid) {
        try {
            long number = Long.parseLong(pid);
            // A holder outside our pid namespace is shown as 0.
            return number > 0 ? Optional.of(number) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static String describe(Path proc, long pid) {
        if (pid == ProcessHandle.current().pid()) {
            return "another part of this program";
        }
        try {
            byte[] untrustedName =
                    Files.readAllBytes(proc.resolve(Long.toString(pid)).resolve("comm"));
            String name = new String(untrustedName, StandardCharsets.ISO_8859_1).strip();
            return SafeText.of(name) + " (process " + pid + ")";
        } catch (IOException e) {
            return "process " + pid;
        }
    }
}
