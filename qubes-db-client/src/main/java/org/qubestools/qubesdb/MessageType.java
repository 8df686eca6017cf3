package org.qubestools.qubesdb;

import java.util.Optional;

/** What a message is for, with its number on the wire (QubesDB protocol, the same in all releases since R3.0). */
public enum MessageType {
    READ(0),
    WRITE(1),
    MULTIREAD(2),
    LIST(3),
    REMOVE(4),
    WATCH(5),
    UNWATCH(6),
    OK(7),
    NOENT(8),
    ERROR(9),
    READ_REPLY(10),
    MULTIREAD_REPLY(11),
    LIST_REPLY(12),
    EVENT(13);

    private static final MessageType[] BY_NUMBER = values();

    private final int number;

    MessageType(int number) {
        this.number = number;
    }

    /** The number on the wire. */
    public int number() {
        return number;
    }

    /** The type with this number, or empty. */
    public static Optional<MessageType> of(int number) {
        return number >= 0 && number < BY_NUMBER.length ? Optional.of(BY_NUMBER[number]) : Optional.empty();
    }

    /** True for what a client sends. */
    public boolean isRequest() {
        return number <= UNWATCH.number;
    }
}
