package org.qubestools.backup.create;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.qubestools.backup.crypto.KeyDerivation;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.crypto.ScryptCost;
import org.qubestools.backup.crypto.ScryptEnvelope;
import org.qubestools.backup.format.ChunkName;
import org.qubestools.core.io.TaskScope;

/**
 * Derives the keys of chunks of format 4 in tasks of their own, while the chunks are filled; that of an archive's first
 * chunk while the archive before is: a small one at the end would make all wait for it. One thread orders.
 */
final class ChunkKeys {
    private final ScryptCost cost;
    private final String backupId;
    private final Passphrase passphrase;
    private final SecureRandom random;
    private final KeyDerivation derivation;
    private final BlockingQueue<FutureTask<ScryptEnvelope>> ordered = new ArrayBlockingQueue<>(2);
    /** Names of first chunks whose keys are not ordered yet. */
    private final Deque<String> coming = new ArrayDeque<>();
    /** What was ordered before it was asked for, by name: one at most. */
    private final Map<String, Future<ScryptEnvelope>> early = new HashMap<>();
    /** Stands for the end of the orders; never run. */
    private final FutureTask<ScryptEnvelope> last = new FutureTask<>(() -> {}, null);

    ChunkKeys(ScryptCost cost, String backupId, Passphrase passphrase, SecureRandom random, KeyDerivation derivation) {
        this.cost = cost;
        this.backupId = backupId;
        this.passphrase = passphrase;
        this.random = random;
        this.derivation = derivation;
    }

    /** Starts the tasks: one for each of the {@code threads}, as far as there is memory. */
    void start(TaskScope scope, int threads) {
        int tasks = Math.min(threads, derivation.atOnce(cost));
        for (int i = 0; i < tasks; i++) {
            scope.fork("qubes-backup-derive-" + i, this::work);
        }
    }

    private void work() {
        try {
            FutureTask<ScryptEnvelope> task = ordered.take();
            while (task != last) {
                task.run();
                task = ordered.take();
            }
            ordered.put(last); // for the next task
            derivation.close(); // wiped here, beside the sending of the last chunk
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the scope is closed: no more chunks
        }
    }

    /** Says that nothing more is ordered; the tasks end when they are done. */
    void end() throws InterruptedException {
        ordered.put(last);
    }

    /** The frame of the header, in future. */
    Future<ScryptEnvelope> header() throws InterruptedException {
        return order(ScryptEnvelope.headerContext());
    }

    /** The paths of the inner archives that will follow the first, in their order. To be said before that is begun. */
    void expect(List<String> archives) {
        for (String archive : archives) {
            coming.add(new ChunkName(archive, 0).text());
        }
    }

    /** The frame of the chunk of this name, in future; waits while enough others are wanted. */
    Future<ScryptEnvelope> chunk(String name) throws InterruptedException {
        Future<ScryptEnvelope> known = early.remove(name);
        Future<ScryptEnvelope> frame = known == null ? order(context(name)) : known;
        String next = early.isEmpty() ? coming.poll() : null;
        if (next != null) {
            early.put(next, order(context(next)));
        }
        return frame;
    }

    private String context(String name) {
        return ScryptEnvelope.memberContext(backupId, name);
    }

    private Future<ScryptEnvelope> order(String context) throws InterruptedException {
        FutureTask<ScryptEnvelope> task =
                new FutureTask<>(() -> ScryptEnvelope.create(cost, context, passphrase, random, derivation));
        ordered.put(task);
        return task;
    }

    /** What was ordered. */
    static ScryptEnvelope delivered(Future<ScryptEnvelope> ordered) throws IOException, InterruptedException {
        try {
            return ordered.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IOException("deriving a key failed", e.getCause());
        }
    }
}
