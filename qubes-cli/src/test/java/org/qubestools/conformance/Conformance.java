package org.qubestools.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs every case of a directory of fixtures through the real code. The cases are what the directory holds; none is
 * named here.
 */
public final class Conformance {
    private Conformance() {}

    /** Arguments: {@code qubes-xml DIR}. Leaves with 0 only if no case failed and at least one passed. */
    public static void main(String[] args) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        if (args.length != 2 || !args[0].equals("qubes-xml")) {
            out.println("usage: qubes-xml DIR");
            System.exit(2);
        }
        System.exit(run(Path.of(args[1]), out) ? 0 : 1);
    }

    /** True if no case failed and at least one passed. */
    static boolean run(Path directory, PrintStream out) throws IOException {
        Path temporary = Files.createTempDirectory("conformance");
        try {
            Report report = new Report(out);
            Trees trees = new Trees(temporary, directory.resolve("stores/storage.conf"));
            new StoreCases(directory, report).run();
            new BrokenCases(directory, report, trees).run();
            new ToolCases(directory, report, trees).run();
            report.close();
            return report.failed() == 0 && report.passed() > 0;
        } finally {
            delete(temporary);
        }
    }

    private static void delete(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(directory)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }
}
