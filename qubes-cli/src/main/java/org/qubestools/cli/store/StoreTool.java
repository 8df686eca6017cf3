package org.qubestools.cli.store;

import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;

/** {@code qubes-store}: looks at the store as a whole, and mends it. */
public final class StoreTool implements Tool {
    @Override
    public ToolSpec spec() {
        return new ToolSpec("qubes-store", "look at the store of VMs as a whole, check and repair it")
                .options(StoreCommands.YES)
                .operands("COMMAND [ARGUMENT ...]", 1, ToolSpec.ANY)
                .commands(StoreCommands.NAMES)
                .options(GraphCommand.FORMAT, GraphCommand.BY)
                .readsStore()
                .note("Commands: dump [FILE], check, repair; graph, a picture of the VMs; names, what shells complete.")
                .note("FILE is any file with a store in it; without it the store in use is meant.")
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
