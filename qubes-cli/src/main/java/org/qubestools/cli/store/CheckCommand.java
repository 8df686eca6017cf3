package org.qubestools.cli.store;

import java.util.LinkedHashMap;
import java.util.Map;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.core.Examination;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.repair.Finding;

/** {@code qubes-store check}: what is wrong with the store and around it. */
final class CheckCommand {
    private CheckCommand() {}

    static int run(ParsedArguments args, ToolContext ctx) {
        try (Session session = Session.open(args, ctx)) {
            Examination examination = session.qubes().care().examine();
            examination.notSeen().forEach(ctx::warn);
            if (ctx.isJson()) {
                Map<String, Object> result = new LinkedHashMap<>();
                result.put("type", "store-check");
                result.put("readable", examination.readable());
                result.put("problems", (long) examination.problems());
                result.put("findings", FindingText.json(examination));
                ctx.json(result);
            } else {
                print(examination, ctx);
            }
            return code(examination);
        }
    }

    static void print(Examination examination, ToolContext ctx) {
        for (Finding finding : examination.findings()) {
            FindingText.lines(finding, examination).forEach(ctx::println);
        }
        if (examination.problems() == 0) {
            ctx.println("no problems found");
        } else {
            ctx.warn(FindingText.problems(examination.problems()) + " found");
        }
    }

    /** 0 if nothing is wrong, 1 if something is, 10 if the store is lost. */
    static int code(Examination examination) {
        if (!examination.readable()) {
            return ExitCode.of(ErrorKind.STORE_MISSING);
        }
        return examination.problems() == 0 ? ExitCode.OK : ExitCode.FAILED;
    }
}
