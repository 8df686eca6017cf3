package org.qubestools.core.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A tiny Linux that runs on QEMU without KVM: its kernel and its template as {@code scripts/tiny-guest} makes them, once
 * for all tests of a build. See docs/guest.md for what it says on its console.
 */
public final class TinyGuest {
    /** Its name as a kernel and as a template. */
    public static final String NAME = "tiny";

    private static final Path SCRIPT = Path.of("..", "scripts", "tiny-guest").toAbsolutePath();
    private static final Path MADE =
            Path.of("..", "qubes-core", "target", "tiny-guest").toAbsolutePath().normalize();
    private static final long BUILD_MINUTES = 5;

    private TinyGuest() {}

    /** The tree that stands for {@code /var/lib/qubes}, or skips the test with the reason why there can be none. */
    public static Path madeOrSkip() {
        Optional<String> missing = missing();
        Assumptions.assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
        try {
            return made();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies kernel and template to where the tools look for them. */
    public static void copyTo(Path varLibQubes) {
        Path made = madeOrSkip();
        for (String part : List.of("vm-kernels", "vm-templates")) {
            run(List.of("mkdir", "-p", varLibQubes.resolve(part).toString()));
            run(List.of(
                    "cp",
                    "-R",
                    "--sparse=always",
                    made.resolve(part).resolve(NAME).toString(),
                    varLibQubes.resolve(part).toString()));
        }
    }

    private static Optional<String> missing() {
        for (String program : List.of("qemu-system-x86_64", "qemu-img", "busybox", "mke2fs", "apt-get")) {
            boolean found = Stream.of("/usr/sbin", "/usr/bin", "/sbin", "/bin")
                    .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
            if (!found) {
                return Optional.of(program + " is not installed, so no real guest is started");
            }
        }
        return Optional.empty();
    }

    /** Two processes may want it at once: the second waits. */
    private static Path made() throws IOException {
        Files.createDirectories(MADE);
        Path done = MADE.resolve("done");
        try (FileChannel channel =
                        FileChannel.open(MADE.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (lock.isValid() && !Files.exists(done)) {
                Optional<String> failure = make();
                Assumptions.assumeTrue(failure.isEmpty(), () -> "no tiny guest: " + failure.orElse(""));
                Files.createFile(done);
            }
        }
        return MADE;
    }

    /** Empty if it is made. */
    private static Optional<String> make() throws IOException {
        Path log = MADE.resolve("log");
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", SCRIPT.toString(), MADE.toString());
        builder.environment()
                .putIfAbsent("TINY_GUEST_CACHE", MADE.resolve("cache").toString());
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(log.toFile()))
                .start();
        try {
            if (!process.waitFor(BUILD_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                return Optional.of("not made within " + BUILD_MINUTES + " minutes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return process.exitValue() == 0
                ? Optional.empty()
                : Optional.of(Files.readString(log, StandardCharsets.UTF_8).strip());
    }

    private static void run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).inheritIO().start();
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
