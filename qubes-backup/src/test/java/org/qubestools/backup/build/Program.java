package org.qubestools.backup.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Another program as independent counterpart. */
public final class Program {
    private Program() {}

    /** What the program makes of {@code input}; it must end with status 0. */
    public static byte[] filter(byte[] input, String... command) {
        try {
            Path in = Files.createTempFile("counterpart", ".in");
            Path out = Files.createTempFile("counterpart", ".out");
            Path err = Files.createTempFile("counterpart", ".err");
            try {
                Files.write(in, input);
                ProcessBuilder builder = new ProcessBuilder(command)
                        .redirectInput(in.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
                builder.environment().put("LC_ALL", "C");
                int status = builder.start().waitFor();
                assertThat(status)
                        .as("%s: %s", List.of(command), Files.readString(err))
                        .isZero();
                return Files.readAllBytes(out);
            } finally {
                Files.delete(in);
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Skips the test where this program is not installed. */
    public static void assumeInstalled(String program) {
        assumeThat(isInstalled(program))
                .as("%s is not installed (scripts/test installs it)", program)
                .isTrue();
    }

    private static boolean isInstalled(String program) {
        for (String directory : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(directory, program))) {
                return true;
            }
        }
        return false;
    }
}
