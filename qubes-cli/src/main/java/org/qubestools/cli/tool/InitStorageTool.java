package org.qubestools.cli.tool;

import java.util.Map;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;

/** {@code qvm-init-storage}: makes an empty store. */
public final class InitStorageTool implements Tool {
    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-init-storage", "make an empty store and the directories around it")
                .note("An existing store is never touched.")
                .example("qvm-init-storage --root /mnt/target", "for an installer");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        try (Session session = Session.openOffline(args, ctx)) {
            session.qubes().initStorage();
            if (session.qubes().leavesGroupAlone()) {
                ctx.detail("there is no group '" + session.config().group() + "' below the root; it is left alone");
            }
            if (ctx.isJson()) {
                ctx.json(Map.of("type", "init"));
            }
            return ExitCode.OK;
        }
    }
}
