package org.qubestools.core.history;

import java.util.List;

/**
 * On whose behalf the store is changed.
 *
 * @param command the words of the command line, the name of the tool first; empty if not known
 * @param user the user's name; empty if not known
 */
public record Author(List<String> command, String user) {
    /** Nobody said. */
    public static final Author UNKNOWN = new Author(List.of(), "");

    public Author {
        command = List.copyOf(command);
    }
}
