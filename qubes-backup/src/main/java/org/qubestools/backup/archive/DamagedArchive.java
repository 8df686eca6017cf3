package org.qubestools.backup.archive;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An archive is not what its format demands. The message is one line, fit for a terminal. */
public final class DamagedArchive extends IOException {
    private static final long serialVersionUID = 1L;

    private final @Nullable String member;

    public DamagedArchive(String message) {
        super(message);
        this.member = null;
    }

    public DamagedArchive(String message, Throwable cause) {
        super(message, cause);
        this.member = null;
    }

    private DamagedArchive(@Nullable String member, String message) {
        super(message);
        this.member = member;
    }

    /** Damage inside the outer archive, at its member of this name, which is null if not even that is known. */
    public static DamagedArchive at(@Nullable String member, String message) {
        return new DamagedArchive(member, message);
    }

    /** The member of the outer archive that the damage is in; empty if unknown or inside an inner archive. */
    public Optional<String> member() {
        return Optional.ofNullable(member);
    }
}
