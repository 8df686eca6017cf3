package org.qubestools.cli.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.output.DifferenceText;
import org.qubestools.core.EditOutcome;
import org.qubestools.core.Examination;
import org.qubestools.core.StoreCare;
import org.qubestools.core.repair.Mending;
import org.qubestools.core.repair.Rebuild;

/** {@code qubes-store repair}: shows the safe changes and, when told so, makes them. */
final class RepairCommand {
    private final StoreCare care;
    private final ToolContext ctx;
    private final boolean sure;
    /** What a script is told at the end. */
    private final Map<String, Object> result = new LinkedHashMap<>();

    private RepairCommand(StoreCare care, ToolContext ctx, boolean sure) {
        this.care = care;
        this.ctx = ctx;
        this.sure = sure;
    }

    /**
     * One run.
     *
     * @param sure make the changes, do not only show them
     */
    static int run(ParsedArguments args, boolean sure, ToolContext ctx) {
        try (Session session = Session.open(args, ctx)) {
            return new RepairCommand(session.qubes().care(), ctx, sure).run();
        }
    }

    private int run() {
        Examination before = care.examine();
        result.put("type", before.readable() ? "store-repair" : "store-rebuild");
        result.put("applied", sure);
        if (!before.readable()) {
            return rebuild(before);
        }
        if (sure) {
            List<String> settled = care.settle();
            settled.forEach(ctx::note);
            before = settled.isEmpty() ? before : care.examine();
        }
        before.notSeen().forEach(ctx::warn);
        Examination after = mend(before);
        result.put("problems", (long) after.problems());
        result.put("findings", FindingText.json(after));
        if (ctx.isJson()) {
            ctx.json(result);
        }
        return CheckCommand.code(after);
    }

    private Examination mend(Examination before) {
        List<Mending> mendings = before.mendings();
        List<Object> listed = new ArrayList<>();
        for (Mending mending : mendings) {
            listed.add(json(mending));
            say(FindingText.line(mending));
        }
        result.put("mendings", listed);
        List<String> difference = mendings.isEmpty() ? List.of() : lines(care.preview(mendings));
        result.put("difference", difference);
        if (!difference.isEmpty()) {
            say("");
            difference.forEach(this::say);
            say("");
        }
        if (!sure || mendings.isEmpty()) {
            tellWhatIsLeft(before);
            return before;
        }
        StoreCare.Repaired repaired = care.mend(mendings);
        repaired.failed().forEach(ctx::warn);
        repaired.edit().ifPresent(outcome -> outcome.warnings().forEach(ctx::warn));
        Examination after = care.examine();
        tellWhatIsLeft(after);
        return after;
    }

    private void tellWhatIsLeft(Examination examination) {
        int mendable = 0;
        for (var finding : examination.findings()) {
            if (!examination.mendable().contains(finding) || sure) {
                FindingText.lines(finding, examination).forEach(this::say);
            } else {
                mendable++;
            }
        }
        if (examination.problems() == 0) {
            say("no problems are left");
        } else if (mendable > 0) {
            ctx.warn(FindingText.problems(examination.problems()) + " found, " + mendable
                    + " can be mended: run it again with --yes");
        } else {
            ctx.warn(FindingText.problems(examination.problems()) + " left, for which there is no safe change");
        }
    }

    private int rebuild(Examination before) {
        Rebuild rebuild = care.planRebuild();
        before.findings().forEach(finding -> say(finding.code() + ": " + finding.text()));
        say("rebuilt from " + rebuild.from());
        List<String> difference = DifferenceText.lines(rebuild.difference());
        difference.forEach(this::say);
        say("not known:");
        rebuild.unknown().forEach(line -> say("  " + line));
        result.put("from", rebuild.from());
        result.put("difference", difference);
        result.put("not_known", rebuild.unknown());
        int code = CheckCommand.code(before);
        if (sure) {
            care.rebuild(rebuild).forEach(ctx::note);
            Examination after = care.examine();
            code = CheckCommand.code(after);
            ctx.warn("look through it with 'qvm-prefs' before VMs are started; "
                    + FindingText.problems(after.problems()) + " left, see 'qubes-store check'");
        } else {
            ctx.warn("nothing was changed; run it again with --yes to put this store in place");
        }
        if (ctx.isJson()) {
            ctx.json(result);
        }
        return code;
    }

    private static List<String> lines(EditOutcome outcome) {
        List<String> lines = DifferenceText.lines(outcome.difference());
        lines.addAll(outcome.files());
        return lines;
    }

    private static Map<String, Object> json(Mending mending) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("code", mending.code());
        object.put("about", mending.about());
        object.put("text", mending.text());
        return object;
    }

    private void say(String line) {
        if (!ctx.isJson()) {
            ctx.println(line);
        }
    }
}
