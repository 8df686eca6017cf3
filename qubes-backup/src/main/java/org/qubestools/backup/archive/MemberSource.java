package org.qubestools.backup.archive;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The members of an outer archive, in their order. Everything that comes out of it is untrusted. */
public interface MemberSource extends AutoCloseable {
    /**
     * The next member, or null after the last one. What was not read of the member before is skipped.
     *
     * @throws DamagedArchive if the archive breaks off or cannot be followed from here on
     */
    @Nullable
    Member next() throws IOException;

    /**
     * Tells what of the data is wanted, before the first member of them is asked for; a source that has all members in
     * one stream need not care.
     *
     * @param directories of the wanted members, without a slash at the end
     * @param bytes that the backup says they took on disk
     */
    default void select(List<String> directories, long bytes) {}

    /** After damage: what the source itself says about its end, fit for a terminal; may wait for it. */
    default Optional<String> lastWords() {
        return Optional.empty();
    }

    /**
     * Another way through the members behind the last one that {@link #next} gave, which the caller closes; null where
     * the medium does not allow it. It tells nobody what it skips.
     */
    default @Nullable MemberSource ahead() throws IOException {
        return null;
    }

    /** Tells which names are still to come, once this is known: they make damage visible as such. */
    default void expect(Predicate<String> names) {}

    /** From any thread, more than once; ends a read of another thread that waits for a command or a VM. */
    @Override
    void close() throws IOException;

    /** Opens the bytes of a member a second time, where the medium allows it; the caller closes the stream. */
    interface Again {
        InputStream open() throws IOException;
    }

    /**
     * One regular file of the outer archive.
     *
     * @param name printable ASCII, relative, without {@code ..}; at most 255 characters
     * @param size bytes of content, not negative
     * @param data exactly {@code size} bytes, or an exception; belongs to the source, which closes it
     * @param again null where the bytes come only once
     */
    record Member(
            String name,
            long size,
            InputStream data,
            @Nullable Again again) {
        public Member(String name, long size, InputStream data) {
            this(name, size, data, null);
        }
    }
}
