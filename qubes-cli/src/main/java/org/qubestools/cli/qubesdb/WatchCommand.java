package org.qubestools.cli.qubesdb;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.qubesdb.MessageCodec;
import org.qubestools.qubesdb.MessageType;
import org.qubestools.qubesdb.QubesDbException;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.QubesDbRefusedException;
import org.qubestools.qubesdb.SafePath;
import org.qubestools.qubesdb.WatchStream;

/** {@code watch}: the path of each change, at once; over all daemons that follow one another. */
final class WatchCommand {
    private WatchCommand() {}

    static void run(DbRun run) throws InterruptedException {
        if (run.operands().isEmpty()) {
            return;
        }
        String count = run.value(DbOptions.COUNT);
        WatchStream changes = watch(run);
        if (changes != null) {
            print(run, changes, count == null ? 1 : Words.number(count));
        }
    }

    /** Null at the first path that fails, as in the original: nothing is waited for then. */
    private static @Nullable WatchStream watch(DbRun run) throws InterruptedException {
        List<QubesDbPath> paths = new ArrayList<>();
        for (String word : run.operands()) {
            String path = Words.latin(Words.bytes(word));
            if (!path.startsWith("/") || path.length() > MessageCodec.MAX_PATH || !QubesDbPath.hasOnlyAllowed(path)) {
                if (paths.isEmpty() || watch(run, paths) != null) {
                    refuse(run, word);
                }
                return null;
            }
            paths.add(new QubesDbPath(path));
        }
        return watch(run, paths);
    }

    private static @Nullable WatchStream watch(DbRun run, List<QubesDbPath> paths) throws InterruptedException {
        try {
            return run.client().watch(paths);
        } catch (QubesDbRefusedException e) {
            run.fail(e.path(), e);
        } catch (QubesDbException e) {
            run.fail("disconnected", String.valueOf(e.getMessage()));
        }
        return null;
    }

    /** A word that is no path: the daemon refuses what the original leaves to it. */
    private static void refuse(DbRun run, String word) throws InterruptedException {
        String path = run.sendable(word);
        if (path != null && run.ask(MessageType.WATCH, path) != null) {
            run.fail("protocol", SafePath.of(path) + ": the daemon watches what cannot be a path");
        }
    }

    /** So many events; a negative number never ends. */
    private static void print(DbRun run, WatchStream changes, int count) throws InterruptedException {
        int left = count;
        while (left != 0) {
            Optional<WatchStream.Event> event = changes.next();
            if (event.isEmpty()) {
                run.fail("disconnected", "the watch has ended");
                return;
            }
            if (event.get() instanceof WatchStream.Changed change) {
                run.output().event(change.untrustedPath().text());
                left = left > 0 ? left - 1 : left;
            } else {
                run.note(
                        "the daemon was replaced by another, or events were lost: what changed meanwhile is not known");
            }
            if (run.output().isLost()) {
                run.fail("failed", "standard output takes no more");
                return;
            }
        }
    }
}
