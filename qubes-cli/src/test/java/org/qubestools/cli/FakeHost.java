package org.qubestools.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.qubestools.cli.frame.Host;

/** A host as a test wants it: no terminal, a fixed time in UTC. */
public record FakeHost(int effectiveUserId, boolean outputIsTerminal) implements Host {
    public static final int ORDINARY_USER = 1000;
    public static final Instant NOW = Instant.parse("2016-03-01T12:00:00Z");

    /** An ordinary user whose output is no terminal. */
    public static FakeHost ordinary() {
        return new FakeHost(ORDINARY_USER, false);
    }

    @Override
    public boolean errorIsTerminal() {
        return false;
    }

    @Override
    public String userName() {
        return "user";
    }

    /** Nothing is there: a machine without devices, whatever the one has on which the test runs. */
    @Override
    public Path kernelTree() {
        return Path.of("/nonexistent");
    }

    @Override
    public Clock clock() {
        return Clock.fixed(NOW, ZoneOffset.UTC);
    }

    @Override
    public ZoneId zone() {
        return ZoneOffset.UTC;
    }
}
