package org.qubestools.core.libvirt;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Programs of libvirt's own, as counterparts. */
final class Programs {
    private Programs() {}

    /** What a program said, both streams together. */
    record Said(int exit, String text) {}

    /** Skips the test, naming the Debian package, where a program is missing. */
    static void requireOrSkip(String program, String debianPackage) {
        boolean found = Stream.of("/usr/bin", "/usr/sbin", "/usr/local/bin")
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
        Assumptions.assumeTrue(found, () -> program + " is not installed (" + debianPackage + " on Debian)");
    }

    static Said run(String input, String... command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), text);
    }
}
