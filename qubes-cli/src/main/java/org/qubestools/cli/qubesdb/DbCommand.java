package org.qubestools.cli.qubesdb;

import java.util.Optional;

/** What can be done with a database, by the names of the original. */
enum DbCommand {
    READ("read", "PATH ...", "print values"),
    WRITE("write", "PATH VALUE ...", "write values"),
    REMOVE("rm", "PATH ...", "remove keys, or all below a directory (PATH/)"),
    MULTIREAD("multiread", "PATH ...", "print all keys that begin with a path, and values"),
    LIST("list", "PATH", "print all keys that begin with a path"),
    WATCH("watch", "PATH ...", "print the paths of changes");

    private final String word;
    private final String operands;
    private final String purpose;

    DbCommand(String word, String operands, String purpose) {
        this.word = word;
        this.operands = operands;
        this.purpose = purpose;
    }

    static Optional<DbCommand> of(String untrustedWord) {
        for (DbCommand command : values()) {
            if (command.word.equals(untrustedWord)) {
                return Optional.of(command);
            }
        }
        return Optional.empty();
    }

    /** The name. */
    String word() {
        return word;
    }

    String operands() {
        return operands;
    }

    /** One line, a phrase. */
    String purpose() {
        return purpose;
    }

    /** Does the work; what concerns one path only is told to the run. */
    void run(DbRun run) throws InterruptedException {
        switch (this) {
            case READ -> ReadCommand.run(run);
            case WRITE -> ChangeCommands.write(run);
            case REMOVE -> ChangeCommands.remove(run);
            case MULTIREAD -> ListCommands.multiread(run);
            case LIST -> ListCommands.list(run);
            case WATCH -> WatchCommand.run(run);
        }
    }
}
