package org.qubestools.cli.store;

import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;

/** {@code qubes-store}: the history of the store, the store as a whole, and its repair. */
public final class StoreTool implements Tool {
    @Override
    public ToolSpec spec() {
        return StoreCommands.describe(
                        new ToolSpec("qubes-store", "history of the store of VMs, the store as a whole, its repair"))
                .options(StoreCommands.YES, GraphCommand.FORMAT, GraphCommand.BY)
                .onlyOneOf(CommonOptions.JSON, GraphCommand.FORMAT)
                .operands("COMMAND [ARGUMENT ...]", 1, ToolSpec.ANY)
                .changesStore()
                .note(
                        "N is the number of a change, and names the store before it. FILE is any file with a store in it; "
                                + "where one is left out the store in use is meant.")
                .note("undo is refused if later changes are in the way. Neither undo nor restore touches the files of "
                        + "VMs.")
                .note("--dry-run goes with undo, restore and repair, which shows its changes without it too; --connect "
                        + "with these, check and graph.")
                .example("qubes-store history work", "what was changed of the VM work, when and by whom")
                .example("qubes-store diff 12", "what differs between the store before change 12 and now")
                .example("qubes-store undo", "take the last change back")
                .example("qubes-store dump --json", "all that is stored, as JSON")
                .example("qubes-store check", "what is wrong with the store, and around it")
                .example("qubes-store repair", "which safe changes there are for that; --yes makes them")
                .example("qubes-store graph", "who gets network from whom")
                .example("qubes-store graph --by template --format html > vms.html", "a page for a browser");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        return StoreCommands.run(
                args.operand(0), args.operands().subList(1, args.operands().size()), args, ctx);
    }
}
