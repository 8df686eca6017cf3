package org.qubestools.backup.format;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.MemberSource;
import org.qubestools.backup.crypto.ScryptEnvelope;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.TaskScope;

/**
 * Derives keys of format 4 for chunks that are still to come, on processors that have nothing else to do. It looks at
 * the archive by a way of its own; whatever it finds wrong there is left for the reader to find. Safe for several
 * threads.
 */
final class KeysAhead implements AutoCloseable {
    /** Keys that wait to be taken, beside those being derived. */
    private static final int STOCK = 2;

    private final MemberSource members;
    private final Opener opener;
    private final int tasks;
    private final TaskScope scope = new TaskScope();
    private final Deque<Entry> entries = new ArrayDeque<>();
    /** Chunks that were read before they were looked at here. */
    private final Set<ChunkName> passed = new HashSet<>();

    private Predicate<String> wanted = path -> true;
    private int started;

    /** Opens the frame of a chunk. */
    interface Opener {
        /** The chunk that a member is, or empty. */
        Optional<ChunkName> chunk(String memberName);

        ScryptEnvelope open(ChunkName name, byte[] header) throws IOException;
    }

    private record Entry(ChunkName name, Head head, FutureTask<ScryptEnvelope> task) {}

    /** First bytes of a member. */
    private static final class Head {
        private final byte[] bytes;

        Head(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    /**
     * Starts nothing yet.
     *
     * @param members another way through the archive; taken over
     * @param tasks how many keys may be derived at once
     */
    KeysAhead(MemberSource members, Opener opener, int tasks) {
        this.members = members;
        this.opener = opener;
        this.tasks = tasks;
    }

    /** From here on keys are derived on all processors but {@code less}. For the thread that made this. */
    void start(int less) {
        while (started < tasks - less) {
            scope.fork("qubes-backup-derive-" + started, this::work);
            started++;
        }
    }

    private void work() {
        try {
            Entry entry = next();
            while (entry != null) {
                entry.task.run();
                entry = next();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        } catch (IOException | QubesException e) {
            // The reader comes to the same place, and says what is wrong there.
        }
    }

    private synchronized @Nullable Entry next() throws InterruptedException, IOException {
        while (entries.size() >= tasks + STOCK) {
            wait();
        }
        MemberSource.Member member = members.next();
        while (member != null) {
            ChunkName name = opener.chunk(member.name()).orElse(null);
            if (name != null && wanted.test(name.path()) && !passed.remove(name)) {
                byte[] head = member.data().readNBytes(ScryptEnvelope.HEADER_LENGTH);
                Entry entry = new Entry(name, new Head(head), new FutureTask<>(() -> opener.open(name, head)));
                entries.add(entry);
                return entry;
            }
            member = members.next();
        }
        return null;
    }

    /** Only chunks of these paths will be asked for. */
    synchronized void want(Predicate<String> paths) {
        wanted = paths;
        entries.removeIf(entry -> !paths.test(entry.name.path()));
        notifyAll();
    }

    /** The opened frame of a chunk that begins with {@code header}, once; null if there is none, for whatever reason. */
    @Nullable
    ScryptEnvelope take(ChunkName name, byte[] header) throws InterruptedException {
        Entry entry = find(name);
        if (entry == null || !Arrays.equals(entry.head.bytes, header)) {
            return null;
        }
        try {
            return entry.task.get();
        } catch (ExecutionException e) {
            return null; // derived again by the reader, who says why it fails
        }
    }

    /** Takes the entry, and those of chunks before it, which nobody asked for. */
    private synchronized @Nullable Entry find(ChunkName name) {
        boolean known = entries.stream().anyMatch(entry -> entry.name.equals(name));
        if (!known) {
            passed.add(name);
            return null;
        }
        Entry entry = entries.remove();
        while (!entry.name.equals(name)) {
            entry = entries.remove();
        }
        notifyAll();
        return entry;
    }

    @Override
    public void close() throws IOException {
        scope.close();
        members.close();
    }
}
