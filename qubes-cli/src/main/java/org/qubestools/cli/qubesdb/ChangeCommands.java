package org.qubestools.cli.qubesdb;

import java.util.List;
import org.qubestools.cli.option.Usage;
import org.qubestools.qubesdb.MessageCodec;
import org.qubestools.qubesdb.MessageType;
import org.qubestools.qubesdb.SafePath;

/** {@code write} and {@code rm}: each pair or path by itself; go on after one that fails. */
final class ChangeCommands {
    private ChangeCommands() {}

    static void write(DbRun run) throws InterruptedException {
        List<String> words = run.operands();
        if (words.size() % 2 != 0) {
            throw Usage.error("each path needs a value");
        }
        for (int i = 0; i < words.size(); i += 2) {
            String path = run.sendable(words.get(i));
            if (path != null) {
                write(run, path, Words.bytes(words.get(i + 1)));
            }
        }
    }

    private static void write(DbRun run, String path, byte[] value) throws InterruptedException {
        if (value.length > MessageCodec.MAX_SENT) {
            run.fail(
                    "invalid-value",
                    SafePath.of(path) + ": a value has at most " + MessageCodec.MAX_VALUE + " bytes, this one "
                            + value.length);
        } else if (run.ask(MessageType.WRITE, path, value) != null) {
            run.output().changed("qubesdb-written", path);
        }
    }

    static void remove(DbRun run) throws InterruptedException {
        for (String word : run.operands()) {
            String path = run.sendable(word);
            if (path != null && remove(run, path)) {
                run.output().changed("qubesdb-removed", path);
            }
        }
    }

    /** All there is goes key by key: by the removal of {@code /} daemons of release 3 end. False if that failed. */
    static boolean remove(DbRun run, String path) throws InterruptedException {
        return path.equals("/") ? run.clear() : run.ask(MessageType.REMOVE, path) != null;
    }
}
