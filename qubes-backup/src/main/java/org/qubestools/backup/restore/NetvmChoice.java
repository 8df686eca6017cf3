package org.qubestools.backup.restore;

import org.jspecify.annotations.Nullable;

/**
 * Which netvm a restored VM gets.
 *
 * @param name of a NAMED one; of a DEFAULT one what the default is at the time of the plan, null for none; else null
 */
public record NetvmChoice(Kind kind, @Nullable String name) {
    public static final NetvmChoice NONE = new NetvmChoice(Kind.NONE, null);

    /** How it is stored. */
    public enum Kind {
        /** It follows the default. */
        DEFAULT,
        NONE,
        NAMED
    }

    static NetvmChoice named(String name) {
        return new NetvmChoice(Kind.NAMED, name);
    }

    static NetvmChoice byDefault(@Nullable String now) {
        return new NetvmChoice(Kind.DEFAULT, now);
    }
}
