package org.qubestools.conformance;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A member of a backup as its list of contents has it; what the list leaves open is null.
 *
 * @param path inside the backup, as {@link RawName}
 * @param mode permission bits
 * @param mtime seconds since 1970
 * @param group number shared by all names of one file
 * @param blocks how many of its blocks of 512 bytes are not all zero
 * @param implied a directory that no archive holds: it exists only because something is in it
 */
record ListedMember(
        String path,
        String type,
        @Nullable Integer mode,
        @Nullable Long mtime,
        @Nullable Long size,
        @Nullable String sha256,
        @Nullable String target,
        @Nullable Long group,
        @Nullable Long blocks,
        boolean implied) {

    static ListedMember of(Map<String, Object> listed, boolean implied) {
        Object mode = listed.get("mode");
        Object target = listed.get("target");
        return new ListedMember(
                RawName.ofJson(String.valueOf(listed.get("path"))),
                String.valueOf(listed.get("type")),
                mode == null ? null : Integer.valueOf(mode.toString(), 8),
                (Long) listed.get("mtime"),
                (Long) listed.get("size"),
                (String) listed.get("sha256"),
                target == null ? null : RawName.ofJson(target.toString()),
                (Long) listed.get("hardlink_group"),
                (Long) listed.get("nonzero_512_blocks"),
                implied);
    }
}
