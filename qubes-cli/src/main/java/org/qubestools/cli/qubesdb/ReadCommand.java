package org.qubestools.cli.qubesdb;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.qubesdb.MessageType;
import org.qubestools.qubesdb.QubesDbClient.Answer;
import org.qubestools.qubesdb.QubesDbException;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.WatchStream;

/** {@code read}: the value of each path; goes on after one that fails. */
final class ReadCommand {
    private final DbRun run;
    private final byte @Nullable [] fallback;

    private ReadCommand(DbRun run) {
        this.run = run;
        String value = run.value(DbOptions.DEFAULT);
        this.fallback = value == null ? null : Words.bytes(value);
    }

    static void run(DbRun run) throws InterruptedException {
        ReadCommand command = new ReadCommand(run);
        for (String word : run.operands()) {
            String path = run.sendable(word);
            if (path != null) {
                command.read(path);
            }
        }
    }

    private void read(String path) throws InterruptedException {
        Answer answer = run.ask(MessageType.READ, path);
        if (answer != null && isMissing(answer) && run.has(DbOptions.WAIT)) {
            answer = await(path);
        }
        if (answer == null) {
            return;
        }
        byte[] value = isMissing(answer) ? fallback : answer.last().untrustedData();
        if (value == null) {
            run.miss(path);
        } else {
            run.output().value(path, run.has(DbOptions.FULL_PATH) ? path : null, value);
        }
        if (run.has(DbOptions.REMOVE)) {
            ChangeCommands.remove(run, path);
        }
    }

    private static boolean isMissing(Answer answer) {
        return answer.last().type() == MessageType.NOENT;
    }

    /** The key, once it is there; null if that failed. The watch ends with the connection, as the original's does. */
    private @Nullable Answer await(String path) throws InterruptedException {
        run.output().flush();
        try {
            WatchStream changes = run.client().watch(List.of(new QubesDbPath(path)));
            Answer answer = run.ask(MessageType.READ, path);
            while (answer != null && isMissing(answer)) {
                Optional<WatchStream.Event> event = changes.next();
                answer = event.isEmpty() ? null : run.ask(MessageType.READ, path);
            }
            return answer;
        } catch (QubesDbException e) {
            run.fail(path, e);
            return null;
        }
    }
}
