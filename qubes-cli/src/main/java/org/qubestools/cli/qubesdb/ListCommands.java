package org.qubestools.cli.qubesdb;

import org.qubestools.cli.option.Usage;
import org.qubestools.qubesdb.Message;
import org.qubestools.qubesdb.MessageType;
import org.qubestools.qubesdb.QubesDbClient.Answer;

/** {@code list} and {@code multiread}: all keys that begin with a path. */
final class ListCommands {
    private ListCommands() {}

    static void list(DbRun run) throws InterruptedException {
        if (run.operands().size() != 1) {
            throw Usage.error("one path expected");
        }
        String path = run.sendable(run.operands().get(0));
        Answer answer = path == null ? null : run.ask(MessageType.LIST, path);
        if (path != null && answer != null) {
            for (Message entry : answer.entries()) {
                run.output().key(entry.untrustedPath(), shown(run, path, entry));
            }
        }
    }

    static void multiread(DbRun run) throws InterruptedException {
        for (String word : run.operands()) {
            String path = run.sendable(word);
            Answer answer = path == null ? null : run.ask(MessageType.MULTIREAD, path);
            if (path != null && answer != null) {
                for (Message entry : answer.entries()) {
                    run.output().value(entry.untrustedPath(), shown(run, path, entry), entry.untrustedData());
                }
            }
        }
    }

    private static String shown(DbRun run, String path, Message entry) {
        String full = entry.untrustedPath();
        return run.has(DbOptions.FULL_PATH) ? full : full.substring(path.length());
    }
}
