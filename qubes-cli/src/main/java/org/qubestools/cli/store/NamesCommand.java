package org.qubestools.cli.store;

import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.core.NameList;
import org.qubestools.core.store.StoreSnapshot;

/** {@code qubes-store names}: what shells complete, and the list beside the store that tells them from then on. */
final class NamesCommand {
    private NamesCommand() {}

    static int run(ParsedArguments args, ToolContext ctx) {
        try (Session session = Session.openOffline(args, ctx)) {
            FileTime time = time(session);
            StoreSnapshot store = session.qubes().load();
            NameList.write(session.config(), store.vms(), time);
            String names = NameList.text(store.vms());
            if (ctx.isJson()) {
                Map<String, Object> result = new LinkedHashMap<>();
                result.put("type", "names");
                result.put("names", names.lines().toList());
                ctx.json(result);
            } else {
                ctx.out().print(names);
            }
            return ExitCode.OK;
        }
    }

    /** That of a store that is not there does not matter: the load says what is wrong. */
    private static FileTime time(Session session) {
        try {
            return NameList.timeOf(session.config());
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }
}
