package org.qubestools.core.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.io.Subprocess;

/** What a process says that cannot make native calls; each test starts one. */
final class PosixFilesTest {
    @TempDir
    Path directory;

    @Test
    void withoutLibraryForTheProcessorTheReasonIsGiven() throws IOException {
        // JNA is told not to unpack its library, as if it had none.
        assertThat(says("-Djna.nounpack=true", System.getProperty("java.class.path")))
                .isEqualTo("Could not find JNA native support\n0+7\n");
    }

    @Test
    void withoutJnaTheReasonIsGiven() throws IOException {
        String[] classPath = System.getProperty("java.class.path").split(":", -1);
        String without = String.join(
                ":",
                Arrays.stream(classPath).filter(jar -> !jar.contains("/jna-")).toList());

        assertThat(says("-Djna.nosys=true", without)).isEqualTo("no class com/sun/jna/Platform\n0+7\n");
    }

    private String says(String option, String classPath) throws IOException {
        Path file = Files.write(directory.resolve("file"), new byte[7]);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", option, "-cp", classPath));
        command.addAll(List.of(Child.class.getName(), file.toString()));
        Subprocess.Result result = Subprocess.of(command).run();
        assertThat(result.untrustedStderr()).isEmpty();
        return new String(result.requireSuccess().stdout(), StandardCharsets.US_ASCII);
    }

    /** The other process. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) throws IOException {
            PosixFiles files = PosixFiles.load();
            System.out.println(files.untrustedLimitation().orElse("native"));
            files.dataExtents(Path.of(args[0]), (offset, length) -> System.out.println(offset + "+" + length));
        }
    }
}
