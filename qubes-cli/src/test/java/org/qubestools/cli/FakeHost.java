package org.qubestools.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.qubestools.cli.frame.Host;

/** A host as a test wants it: no terminal, a fixed time in UTC. */
public record FakeHost(int effectiveUserId, boolean outputIsTerminal, Path kernelTree) implements Host {
    public static final int ORDINARY_USER = 1000;
    public static final Instant NOW = Instant.parse("2016-03-01T12:00:00Z");

    /** A machine without devices, whatever the one has on which the test runs. */
    public FakeHost(int effectiveUserId, boolean outputIsTerminal) {
        this(effectiveUserId, outputIsTerminal, Path.of("/nonexistent"));
    }

    /** An ordinary user whose output is no terminal. */
    public static FakeHost ordinary() {
        return new FakeHost(ORDINARY_USER, false);
    }

    /** The same with the devices of the machine on which the test runs. */
    public FakeHost withDevices() {
        return new FakeHost(effectiveUserId, outputIsTerminal, Path.of("/"));
    }

    @Override
    public boolean errorIsTerminal() {
        return false;
    }

    @Override
    public String userName() {
        return "user";
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
