package org.qubestools.cli.store;

import java.util.List;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.tool.Reports;
import org.qubestools.core.edit.Change;
import org.qubestools.core.history.Generation;
import org.qubestools.core.history.RestoreStore;
import org.qubestools.core.history.UndoGeneration;

/** {@code qubes-store undo} and {@code restore}: the store as it was, the files of VMs as they are. */
final class UndoCommands {
    private UndoCommands() {}

    /** Takes one change back, the last one without a number. */
    static int undo(List<String> untrustedWords, ParsedArguments args, ToolContext ctx) {
        try (Session session = Session.open(args, ctx)) {
            StoreStates states = new StoreStates(session.qubes());
            Generation generation = untrustedWords.isEmpty()
                    ? session.qubes().history().last()
                    : states.generation(untrustedWords.get(0));
            return edit(
                    session,
                    new UndoGeneration(generation.number(), states.before(generation), states.after(generation)),
                    args,
                    ctx);
        }
    }

    /** Has the store become what it was before a generation, or what a file says. */
    static int restore(List<String> untrustedWords, ParsedArguments args, ToolContext ctx) {
        try (Session session = Session.open(args, ctx)) {
            StoreStates states = new StoreStates(session.qubes());
            return edit(session, new RestoreStore(states.named(untrustedWords.get(0))), args, ctx);
        }
    }

    private static int edit(Session session, Change change, ParsedArguments args, ToolContext ctx) {
        boolean dryRun = args.has(CommonOptions.DRY_RUN);
        Reports.outcome(ctx, session.qubes().edit(List.of(change), dryRun), dryRun);
        return ExitCode.OK;
    }
}
