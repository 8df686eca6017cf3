package org.qubestools.backup.format;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.MemberSource.Member;
import org.qubestools.backup.archive.PeekableMembers;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.TaskScope;

/**
 * The task that reads the outer archive and authenticates its chunks, one ahead of the thread that unpacks them. What it
 * finds goes through a queue of one.
 */
final class PartReader implements TaskScope.Task {
    /** What became of a member. */
    sealed interface Found {}

    /** An authentic chunk; whoever takes it closes it. */
    record Good(VerifiedPart part) implements Found {}

    /** A chunk, or what belongs to one, that cannot be used. */
    record Bad(ChunkName name, String reason) implements Found {}

    /**
     * The outer archive cannot be followed any further.
     *
     * @param complete the last chunk that was read to its end
     * @param before the last chunk whose header was read, before that of {@code there}
     * @param there the chunk at the damage
     */
    record Broken(
            @Nullable ChunkName complete,
            @Nullable ChunkName before,
            @Nullable ChunkName there,
            String reason) implements Found {}

    /** All was read. */
    record End() implements Found {}

    /** Reading failed, which is nobody's fault in the archive. */
    record Failed(Exception cause) implements Found {}

    private final PeekableMembers members;
    private final PartVerifier verifier;
    private final Predicate<String> wanted;
    private final BlockingQueue<Found> queue = new ArrayBlockingQueue<>(1);
    private @Nullable ChunkName complete;
    private @Nullable ChunkName last;
    /** The chunk before {@link #last}. */
    private @Nullable ChunkName secondLast;

    /**
     * Reads on from where {@code members} stands.
     *
     * @param wanted asked, by the reading thread, for the path of each chunk; others are not even authenticated
     */
    PartReader(PeekableMembers members, PartVerifier verifier, Predicate<String> wanted) {
        this.members = members;
        this.verifier = verifier;
        this.wanted = wanted;
    }

    /** Waits for what comes next. */
    Found take() throws InterruptedException {
        return queue.take();
    }

    /** Ends a read that waits for a source which may stall for ever; an interrupt alone does not do that to pipes. */
    void stop() {
        try {
            members.close();
        } catch (IOException e) {
            queue.offer(new Failed(e)); // for whoever still takes something
        }
    }

    /** When the task has ended: lets go of a chunk that nobody took. */
    void drop() {
        if (queue.poll() instanceof Good good) {
            good.part().close();
        }
    }

    @Override
    public void run() throws InterruptedException {
        queue.put(readAll());
    }

    private Found readAll() throws InterruptedException {
        try {
            Member member = members.next();
            while (member != null) {
                read(member);
                member = members.next();
            }
            return new End();
        } catch (DamagedArchive e) {
            ChunkName there = e.member().flatMap(this::chunkOf).orElse(null);
            // Inside the last chunk if its content was being read, otherwise behind it.
            boolean inside = last != null
                    && last.equals(e.member().flatMap(verifier::chunk).orElse(null));
            String words = members.lastWords().map(said -> "; " + said).orElse("");
            return new Broken(complete, inside ? secondLast : last, there, e.getMessage() + words);
        } catch (IOException | RuntimeException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
            return new Failed(e);
        } catch (OutOfMemoryError e) {
            // Whoever waits for the queue must not wait for ever.
            return new Failed(new QubesException(
                    ErrorKind.FAILED, "there is too little memory to read the backup", "give less with --memory", e));
        }
    }

    /** The chunk that a member is or authenticates. */
    private Optional<ChunkName> chunkOf(String member) {
        boolean isHmac = member.endsWith(HmacVerifier.SUFFIX);
        return verifier.chunk(isHmac ? member.substring(0, member.length() - HmacVerifier.SUFFIX.length()) : member);
    }

    private void read(Member member) throws IOException, InterruptedException {
        Optional<ChunkName> name = verifier.chunk(member.name());
        if (name.isEmpty()) {
            Optional<ChunkName> orphan = chunkOf(member.name());
            if (orphan.isPresent() && wanted.test(orphan.get().path())) {
                queue.put(new Bad(orphan.get(), "a " + HmacVerifier.SUFFIX + " without its chunk, or a second one"));
            }
            return;
        }
        secondLast = last;
        last = name.get();
        if (!wanted.test(name.get().path())) {
            return;
        }
        Found found;
        try {
            found = new Good(verifier.verify(name.get(), member, members));
        } catch (BadPart e) {
            found = new Bad(name.get(), String.valueOf(e.getMessage()));
        }
        complete = name.get();
        put(found);
    }

    private void put(Found found) throws InterruptedException {
        boolean taken = false;
        try {
            queue.put(found);
            taken = true;
        } finally {
            if (!taken && found instanceof Good good) {
                good.part().close();
            }
        }
    }
}
