package org.qubestools.cli.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.core.io.SafeText;

/** The subcommands of {@code qubes-store}. */
final class StoreCommands {
    static final Opt<Boolean> YES = Opt.flag("--yes").help("repair: make the changes, do not only show them");

    /**
     * How one is called.
     *
     * @param arguments as the help text shows them; empty for none
     * @param min their smallest number
     * @param meaning a phrase
     */
    private record Form(String name, String arguments, int min, int max, String meaning) {
        String synopsis() {
            return arguments.isEmpty() ? name : name + " " + arguments;
        }
    }

    /** In the order of the help text. */
    private static final List<Form> FORMS = List.of(
            new Form("history", "[VM]", 0, 1, "all changes, the oldest first, or those of one VM"),
            new Form("show", "N", 1, 1, "change N with its values"),
            new Form("diff", "N|FILE [N|FILE]", 1, 2, "what differs between two states of the store"),
            new Form("undo", "[N]", 0, 1, "take change N back, without N the last one"),
            new Form("restore", "N|FILE", 1, 1, "make the whole store what it was before change N"),
            new Form("dump", "[FILE]", 0, 1, "all that is stored"),
            new Form("check", "", 0, 0, "what is wrong with the store, and around it"),
            new Form("repair", "", 0, 0, "show the safe changes for that; with --yes make them"),
            new Form("graph", "", 0, 0, "a picture of the VMs"),
            new Form("names", "", 0, 0, "the words that shells complete"));

    private static final Set<String> CHANGING = Set.of("undo", "restore", "repair");

    /** Those that ask the running system. */
    private static final Set<String> ONLINE = Set.of("undo", "restore", "check", "repair", "graph");

    private StoreCommands() {}

    /** Tells the help text and the completion of them. */
    static ToolSpec describe(ToolSpec spec) {
        List<String> names = new ArrayList<>();
        for (Form form : FORMS) {
            names.add(form.name());
            spec.command(form.synopsis(), form.meaning());
        }
        return spec.commands(names);
    }

    /**
     * Runs one.
     *
     * @param untrustedCommand its name
     * @param untrustedWords its arguments
     * @return the exit code
     */
    static int run(String untrustedCommand, List<String> untrustedWords, ParsedArguments args, ToolContext ctx) {
        Form form = form(untrustedCommand);
        if (untrustedWords.size() < form.min() || untrustedWords.size() > form.max()) {
            throw Usage.error("wrong number of arguments, expected " + form.synopsis());
        }
        String command = form.name();
        Usage.requireFits(args, YES, command.equals("repair"), "repair");
        Usage.requireFits(args, GraphCommand.FORMAT, command.equals("graph"), "graph");
        Usage.requireFits(args, GraphCommand.BY, command.equals("graph"), "graph");
        Usage.requireFits(args, CommonOptions.DRY_RUN, CHANGING.contains(command), "undo, restore and repair");
        Usage.requireFits(
                args, CommonOptions.CONNECT, ONLINE.contains(command), "undo, restore, check, repair and graph");
        return switch (command) {
            case "dump" -> DumpCommand.run(untrustedWords, args, ctx);
            case "check" -> CheckCommand.run(args, ctx);
            case "repair" -> RepairCommand.run(args, args.has(YES) && !args.has(CommonOptions.DRY_RUN), ctx);
            case "graph" -> GraphCommand.run(args, ctx);
            case "names" -> NamesCommand.run(args, ctx);
            case "history" -> HistoryCommands.history(untrustedWords, args, ctx);
            case "show" -> HistoryCommands.show(untrustedWords, args, ctx);
            case "diff" -> HistoryCommands.diff(untrustedWords, args, ctx);
            case "undo" -> UndoCommands.undo(untrustedWords, args, ctx);
            case "restore" -> UndoCommands.restore(untrustedWords, args, ctx);
            default -> throw new IllegalStateException("no code for " + command);
        };
    }

    private static Form form(String untrustedCommand) {
        List<String> names = new ArrayList<>();
        for (Form form : FORMS) {
            if (form.name().equals(untrustedCommand)) {
                return form;
            }
            names.add(form.name());
        }
        throw Usage.error("no such command '" + SafeText.of(untrustedCommand) + "'; use " + String.join(", ", names));
    }
}
