package org.qubestools.qubesdb;

/** The daemon answered ERROR: it allows no such path or value, or the connection is a read-only one. */
public final class QubesDbRefusedException extends QubesDbException {
    private static final long serialVersionUID = 1L;

    private final MessageType command;
    private final String path;

    /** {@code path} as sent. */
    public QubesDbRefusedException(MessageType command, String path, boolean readOnly) {
        super("QubesDB refused " + command + " of '" + SafePath.of(path) + "'"
                + (readOnly ? ": this is the read-only socket" : ""));
        this.command = command;
        this.path = path;
    }

    public MessageType command() {
        return command;
    }

    public String path() {
        return path;
    }
}
