package org.qubestools.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs every case of a directory of fixtures through the real code. The cases are what the directory holds; none is
 * named here.
 */
public final class Conformance {
    static final String STORES = "qubes-xml";
    static final String BACKUPS = "backups";
    static final String QUBESDB = "qubesdb";
    static final String RUNTIME = "runtime";
    static final String DEVICES = "devices";

    private static final List<String> FORMATS = List.of(STORES, BACKUPS, QUBESDB, RUNTIME, DEVICES);

    private Conformance() {}

    /** Arguments: {@code FORMAT DIR}. Leaves with 0 only if no case failed and at least one passed. */
    public static void main(String[] args) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        if (args.length != 2 || !FORMATS.contains(args[0])) {
            out.println("usage: " + String.join("|", FORMATS) + " DIR");
            System.exit(2);
        }
        System.exit(run(args[0], Path.of(args[1]), out) ? 0 : 1);
    }

    /** True if no case failed and at least one passed. */
    static boolean run(String format, Path directory, PrintStream out) throws IOException {
        Path temporary = Files.createTempDirectory("conformance");
        try {
            Report report =
                    switch (format) {
                        case BACKUPS -> backups(directory, temporary, out);
                        case QUBESDB -> conversations(directory, temporary, out);
                        case RUNTIME -> running(directory, temporary, out);
                        case DEVICES -> devices(directory, temporary, out);
                        default -> stores(directory, temporary, out);
                    };
            report.close();
            return report.failed() == 0 && report.passed() > 0;
        } finally {
            delete(temporary);
        }
    }

    private static Report stores(Path directory, Path temporary, PrintStream out) throws IOException {
        Report report = new Report(out, "tools of a later step");
        Trees trees = new Trees(temporary, directory.resolve("stores/storage.conf"));
        new StoreCases(directory, report).run();
        new BrokenCases(directory, report, trees).run();
        new ToolCases(directory, report, trees).run();
        return report;
    }

    private static Report backups(Path directory, Path temporary, PrintStream out) throws IOException {
        Report report = new Report(out, "not possible here");
        new BackupCases(directory, temporary, report).run();
        return report;
    }

    private static Report conversations(Path directory, Path temporary, PrintStream out) throws IOException {
        Report report = new Report(out, "not possible here");
        new DbCases(directory, temporary, report).run();
        return report;
    }

    private static Report running(Path directory, Path temporary, PrintStream out) throws IOException {
        Report report = new Report(out, "code of a later step");
        new RuntimeCases(directory, temporary, report).run();
        return report;
    }

    private static Report devices(Path directory, Path temporary, PrintStream out) throws IOException {
        Report report = new Report(out, "code of a later step");
        new DeviceCases(directory, temporary, report).run();
        return report;
    }

    /** Deletes a tree, of which not every directory may be writable. */
    static void delete(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(directory)) {
            all = walk.toList();
        }
        for (Path path : all) {
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
            }
        }
        for (int i = all.size() - 1; i >= 0; i--) {
            Files.delete(all.get(i));
        }
    }
}
