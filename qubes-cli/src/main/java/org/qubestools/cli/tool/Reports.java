package org.qubestools.cli.tool;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.output.DifferenceText;
import org.qubestools.core.EditOutcome;
import org.qubestools.core.model.Problem;

/** What every tool tells in the same way: problems of the store, and what an edit changed. */
public final class Reports {
    private Reports() {}

    /** One warning a problem. */
    public static void problems(ToolContext ctx, List<Problem> problems) {
        for (Problem problem : ctx.isPart() ? List.<Problem>of() : problems) {
            String where = problem.line() > 0 ? " (qubes.xml line " + problem.line() + ")" : "";
            String attribute =
                    problem.attribute().isEmpty() || problem.attribute().equals(problem.about())
                            ? ""
                            : ", " + problem.attribute();
            ctx.warn(problem.code().text() + ": '" + problem.about() + "'" + attribute + where + ": " + problem.text());
        }
    }

    /** Warnings and notes of an edit; of a dry run the difference too, on standard output. */
    public static void outcome(ToolContext ctx, EditOutcome outcome, boolean dryRun) {
        problems(ctx, outcome.problems());
        said(ctx, outcome);
        if (ctx.isJson()) {
            ctx.json(json(outcome, dryRun));
        } else if (dryRun) {
            for (String line : text(outcome)) {
                ctx.println(line);
            }
        }
    }

    /** Warnings and notes of an edit that is a part of something larger. */
    public static void said(ToolContext ctx, EditOutcome outcome) {
        for (String warning : outcome.warnings()) {
            ctx.warn(warning);
        }
        for (String note : outcome.notes()) {
            ctx.note(note);
        }
    }

    /** As {@link #outcome}, and each change of a file as a note: for tools whose work is to make or remove files. */
    public static void outcomeWithFiles(ToolContext ctx, EditOutcome outcome, boolean dryRun) {
        for (String line : dryRun ? List.<String>of() : outcome.files()) {
            ctx.note(line);
        }
        outcome(ctx, outcome, dryRun);
    }

    /** The difference as lines for people. */
    static List<String> text(EditOutcome outcome) {
        List<String> lines = DifferenceText.lines(outcome.difference());
        lines.addAll(outcome.files());
        if (lines.isEmpty()) {
            lines.add("nothing would change");
        }
        return lines;
    }

    /** The difference as JSON. */
    static Map<String, Object> json(EditOutcome outcome, boolean dryRun) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("type", "edit");
        result.put("dry_run", dryRun);
        result.put("saved", outcome.saved());
        DifferenceText.putJson(outcome.difference(), result);
        result.put("files", outcome.files());
        return result;
    }
}
