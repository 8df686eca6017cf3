package org.qubestools.core.io;

import java.util.OptionalInt;

/**
 * The group that files of the store are given, by number, because its name was looked up below the root in use.
 *
 * @param gid empty: the group is left to the file system
 */
public record Ownership(OptionalInt gid) {
    private static final Ownership LEFT_ALONE = new Ownership(OptionalInt.empty());

    /** No group is set. */
    public static Ownership leftAlone() {
        return LEFT_ALONE;
    }

    /** Files get this group; where that is not permitted the whole change fails. */
    public static Ownership group(int gid) {
        return new Ownership(OptionalInt.of(gid));
    }
}
