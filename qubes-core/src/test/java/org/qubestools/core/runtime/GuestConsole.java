package org.qubestools.core.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.qubestools.core.io.WaitTime;

/** What a guest has written to its console, in a file that grows. */
public final class GuestConsole {
    /** More than a guest needs to boot under emulation on a machine that does much else. */
    public static final Duration LIMIT = Duration.ofMinutes(2);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Path log;

    public GuestConsole(Path log) {
        this.log = log;
    }

    /** Waits for a line that begins with this text, and returns it. Fails with the whole console if it does not come. */
    public String await(String beginning) {
        long end = WaitTime.SYSTEM.millis() + LIMIT.toMillis();
        while (WaitTime.SYSTEM.millis() < end) {
            for (String line : lines()) {
                if (line.startsWith(beginning)) {
                    return line;
                }
            }
            try {
                WaitTime.SYSTEM.sleep(PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        throw new AssertionError(
                "no line '" + beginning + "' within " + LIMIT + " on the console:\n" + String.join("\n", lines()));
    }

    /** All lines so far that are complete. */
    public List<String> lines() {
        if (!Files.exists(log)) {
            return List.of();
        }
        try {
            String text = Files.readString(log, StandardCharsets.ISO_8859_1);
            return text.substring(0, text.lastIndexOf('\n') + 1)
                    .replace("\r", "")
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
