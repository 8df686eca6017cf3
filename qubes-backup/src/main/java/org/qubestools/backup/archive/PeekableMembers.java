package org.qubestools.backup.archive;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Members with a look at the next one. */
public final class PeekableMembers implements AutoCloseable {
    private final MemberSource source;
    private MemberSource.@Nullable Member peeked;

    /** Takes over {@code source} and closes it. */
    public PeekableMembers(MemberSource source) {
        this.source = source;
    }

    /** The next member, which stays the next one; null at the end. The data of the one before are gone. */
    public MemberSource.@Nullable Member peek() throws IOException {
        if (peeked == null) {
            peeked = source.next();
        }
        return peeked;
    }

    public MemberSource.@Nullable Member next() throws IOException {
        MemberSource.Member next = peek();
        peeked = null;
        return next;
    }

    /** See {@link MemberSource#ahead}; to be asked while nothing is peeked at. */
    public @Nullable MemberSource ahead() throws IOException {
        return source.ahead();
    }

    /** See {@link MemberSource#select}. */
    public void select(List<String> directories, long bytes) {
        source.select(directories, bytes);
    }

    /** See {@link MemberSource#lastWords}. */
    public Optional<String> lastWords() {
        return source.lastWords();
    }

    public void expect(Predicate<String> names) {
        source.expect(names);
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
