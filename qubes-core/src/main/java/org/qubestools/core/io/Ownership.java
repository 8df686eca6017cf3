package org.qubestools.core.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    /** Sets the group of a file or directory unless it has it already, as below a set-group-id directory. */
    public void giveTo(FileLayer layer, Path path) throws IOException {
        if (gid.isPresent() && UnixStat.gid(path) != gid.getAsInt()) {
            layer.setGroup(path, gid.getAsInt());
        }
    }

    /**
     * Gives {@code fresh} this group and, as far as root does it, the owner of {@code replaced} if that exists; without
     * a group of ours root keeps that of {@code replaced} as well.
     */
    public void giveTo(FileLayer layer, Path fresh, Path replaced) throws IOException {
        giveTo(layer, fresh);
        if (UnixStat.uid(fresh) != 0 || !Files.exists(replaced)) {
            return;
        }
        int owner = UnixStat.uid(replaced);
        int group = UnixStat.gid(replaced);
        if (gid.isEmpty() && group != UnixStat.gid(fresh)) {
            layer.setGroup(fresh, group);
        }
        if (owner != 0) {
            layer.setOwner(fresh, owner);
        }
    }
}
