package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.output.PropertyText;
import org.qubestools.core.EditOutcome;
import org.qubestools.core.model.Problem;
import org.qubestools.core.model.StoreDifference;
import org.qubestools.core.model.StoreDifference.AttributeChange;
import org.qubestools.core.model.StoreDifference.VmChange;

/** What every tool tells in the same way: problems of the store, and what an edit changed. */
final class Reports {
    private Reports() {}

    /** One warning a problem. */
    static void problems(ToolContext ctx, List<Problem> problems) {
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
    static void outcome(ToolContext ctx, EditOutcome outcome, boolean dryRun) {
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
    static void said(ToolContext ctx, EditOutcome outcome) {
        for (String warning : outcome.warnings()) {
            ctx.warn(warning);
        }
        for (String note : outcome.notes()) {
            ctx.note(note);
        }
    }

    /** As {@link #outcome}, and each change of a file as a note: for tools whose work is to make or remove files. */
    static void outcomeWithFiles(ToolContext ctx, EditOutcome outcome, boolean dryRun) {
        for (String line : dryRun ? List.<String>of() : outcome.files()) {
            ctx.note(line);
        }
        outcome(ctx, outcome, dryRun);
    }

    /** The difference as lines for people. */
    static List<String> text(EditOutcome outcome) {
        List<String> lines = new ArrayList<>();
        for (AttributeChange change : outcome.difference().globals()) {
            lines.add("globals: " + text(change));
        }
        for (VmChange vm : outcome.difference().vms()) {
            String name = PropertyText.safe(vm.name()) + " (qid " + vm.qid() + ")";
            switch (vm.kind()) {
                case ADDED -> lines.add("new " + vm.vmClass().typeName() + " " + name);
                case REMOVED -> lines.add("removed " + vm.vmClass().typeName() + " " + name);
                case CHANGED -> lines.add("changed " + vm.vmClass().typeName() + " " + name);
            }
            for (AttributeChange change : vm.attributes()) {
                lines.add("  " + text(change));
            }
        }
        lines.addAll(outcome.files());
        if (lines.isEmpty()) {
            lines.add("nothing would change");
        }
        return lines;
    }

    private static String text(AttributeChange change) {
        String before = change.before();
        String after = change.after();
        return change.attribute() + ": " + (before == null ? "(absent)" : PropertyText.safe(before)) + " -> "
                + (after == null ? "(absent)" : PropertyText.safe(after));
    }

    /** The difference as JSON. */
    static Map<String, Object> json(EditOutcome outcome, boolean dryRun) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("type", "edit");
        result.put("dry_run", dryRun);
        result.put("saved", outcome.saved());
        result.put("globals", attributes(outcome.difference().globals()));
        List<Object> vms = new ArrayList<>();
        for (StoreDifference.VmChange vm : outcome.difference().vms()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("change", vm.kind().name().toLowerCase(Locale.ROOT));
            entry.put("class", vm.vmClass().typeName());
            entry.put("qid", (long) vm.qid());
            entry.put("name", vm.name());
            entry.put("attributes", attributes(vm.attributes()));
            vms.add(entry);
        }
        result.put("vms", vms);
        result.put("files", outcome.files());
        return result;
    }

    private static List<Object> attributes(List<AttributeChange> changes) {
        List<Object> list = new ArrayList<>();
        for (AttributeChange change : changes) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("attribute", change.attribute());
            entry.put("before", change.before());
            entry.put("after", change.after());
            list.add(entry);
        }
        return list;
    }
}
