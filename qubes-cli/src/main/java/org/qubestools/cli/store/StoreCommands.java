package org.qubestools.cli.store;

import java.util.List;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.io.SafeText;

/** The subcommands of {@code qubes-store}. */
final class StoreCommands {
    /** Their names, in the order of the help text. */
    static final List<String> NAMES =
            List.of("dump", "history", "show", "diff", "undo", "restore", "check", "repair", "graph", "names");

    static final Opt<Boolean> YES = Opt.flag("--yes").help("repair: make the changes, do not only show them");

    private StoreCommands() {}

    /**
     * Runs one.
     *
     * @param untrustedWords its arguments
     * @return the exit code
     */
    static int run(String command, List<String> untrustedWords, ParsedArguments args, ToolContext ctx) {
        return switch (command) {
            case "dump" -> {
                requireCount(command, untrustedWords, 0, 1);
                yield DumpCommand.run(untrustedWords, args, ctx);
            }
            case "check" -> {
                requireCount(command, untrustedWords, 0, 0);
                yield CheckCommand.run(args, ctx);
            }
            case "repair" -> {
                requireCount(command, untrustedWords, 0, 0);
                yield RepairCommand.run(args, args.has(YES) && !args.has(CommonOptions.DRY_RUN), ctx);
            }
            case "graph" -> {
                requireCount(command, untrustedWords, 0, 0);
                yield GraphCommand.run(args, ctx);
            }
            case "names" -> {
                requireCount(command, untrustedWords, 0, 0);
                yield NamesCommand.run(args, ctx);
            }
            case "history" -> {
                requireCount(command, untrustedWords, 0, 1);
                yield HistoryCommands.history(untrustedWords, args, ctx);
            }
            case "show" -> {
                requireCount(command, untrustedWords, 1, 1);
                yield HistoryCommands.show(untrustedWords, args, ctx);
            }
            case "diff" -> {
                requireCount(command, untrustedWords, 1, 2);
                yield HistoryCommands.diff(untrustedWords, args, ctx);
            }
            case "undo" -> {
                requireCount(command, untrustedWords, 0, 1);
                yield UndoCommands.undo(untrustedWords, args, ctx);
            }
            case "restore" -> {
                requireCount(command, untrustedWords, 1, 1);
                yield UndoCommands.restore(untrustedWords, args, ctx);
            }
            default ->
                throw Usage.error("no such command '" + SafeText.of(command) + "'; use " + String.join(", ", NAMES));
        };
    }

    private static void requireCount(String command, List<String> words, int min, int max) {
        if (words.size() < min || words.size() > max) {
            throw Usage.error("wrong number of arguments for " + command);
        }
    }
}
