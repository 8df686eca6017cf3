package org.qubestools.qubesdb;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How a client behaves.
 *
 * @param sockets where the daemons are
 * @param connectTimeout how long a connection may take
 * @param replyTimeout how long an answer may take
 * @param repeatReads whether READ, LIST, MULTIREAD and WATCH are repeated once on a new connection if theirs is lost
 * @param repeatWrites the same for WRITE, at the price of a second event; a command of which nothing was sent is always
 *     repeated, REMOVE never otherwise
 * @param offline whether nothing may be opened
 */
public record QubesDbOptions(
        QubesDbSockets sockets,
        Duration connectTimeout,
        Duration replyTimeout,
        boolean repeatReads,
        boolean repeatWrites,
        boolean offline) {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration REPLY = Duration.ofSeconds(10);

    public QubesDbOptions {
        requireNonNull(sockets);
        requirePositive(connectTimeout);
        requirePositive(replyTimeout);
    }

    private static void requirePositive(Duration limit) {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("a limit of time is more than nothing, not " + limit);
        }
    }

    /** 5 s to connect, 10 s for an answer, reads repeated, writes not. */
    public static QubesDbOptions of(QubesDbSockets sockets) {
        return new QubesDbOptions(sockets, CONNECT, REPLY, true, false, false);
    }

    public QubesDbOptions withTimeouts(Duration connect, Duration reply) {
        return new QubesDbOptions(sockets, connect, reply, repeatReads, repeatWrites, offline);
    }

    public QubesDbOptions repeating(boolean reads, boolean writes) {
        return new QubesDbOptions(sockets, connectTimeout, replyTimeout, reads, writes, offline);
    }

    public QubesDbOptions offline(boolean nothingMayBeOpened) {
        return new QubesDbOptions(sockets, connectTimeout, replyTimeout, repeatReads, repeatWrites, nothingMayBeOpened);
    }
}
