package org.qubestools.cli.backup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.restore.NetvmChoice;
import org.qubestools.backup.restore.PlanMark;
import org.qubestools.backup.restore.PlannedVm;
import org.qubestools.backup.restore.RestorePlan;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.output.SizeText;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/** The plan of a restore, for people and for scripts. */
final class RestorePlanText {
    private RestorePlanText() {}

    /** Shows the plan and stops with FAILED if something must be decided first. */
    static void requireNoConflict(RestorePlan plan, boolean dryRun, boolean verifyOnly, ToolContext ctx) {
        if (plan.conflicts().isEmpty()) {
            return;
        }
        print(plan, dryRun, verifyOnly, ctx);
        for (String conflict : plan.conflicts()) {
            ctx.warn(conflict);
        }
        throw new QubesException(
                ErrorKind.FAILED, "nothing was restored, there are conflicts", "see the options named above");
    }

    /** As the result of the run. */
    static void print(RestorePlan plan, boolean dryRun, boolean verifyOnly, ToolContext ctx) {
        if (ctx.isJson()) {
            ctx.json(json(plan, dryRun));
        } else {
            show(plan, verifyOnly, ctx);
        }
    }

    /** The table, what will be done, and what is worth knowing. */
    static void show(RestorePlan plan, boolean verifyOnly, ToolContext ctx) {
        StringBuilder text = new StringBuilder();
        for (String line : plan.table()) {
            text.append(line).append('\n');
        }
        text.append('\n');
        for (PlannedVm vm : plan.vms()) {
            text.append(shownName(vm))
                    .append(": ")
                    .append(action(vm, verifyOnly))
                    .append('\n');
        }
        text.append("in all ").append(SizeText.oneDecimal(plan.size())).append('\n');
        ctx.out().append(text);
        ctx.out().flush();
        for (String note : plan.notes()) {
            ctx.note(note);
        }
    }

    static String shownName(PlannedVm vm) {
        return vm.isHome() ? "home of dom0" : SafeText.of(vm.originalName());
    }

    private static String action(PlannedVm vm, boolean verifyOnly) {
        if (!vm.goodToGo()) {
            return "left out, " + String.join(", ", marks(vm)).replace('-', ' ');
        }
        String size = SizeText.oneDecimal(vm.item().size());
        if (verifyOnly) {
            return "verified, " + size;
        }
        return vm.isRenamed() ? "restored as " + SafeText.of(vm.name()) + ", " + size : "restored, " + size;
    }

    private static List<String> marks(PlannedVm vm) {
        List<String> words = new ArrayList<>();
        for (PlanMark mark : new TreeSet<>(vm.marks())) {
            words.add(mark.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
        return words;
    }

    private static Map<String, @Nullable Object> json(RestorePlan plan, boolean dryRun) {
        List<Map<String, @Nullable Object>> vms = new ArrayList<>();
        for (PlannedVm vm : plan.vms()) {
            vms.add(json(vm));
        }
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("type", "restore-plan");
        object.put("dry_run", dryRun);
        object.put("vms", vms);
        object.put("size", plan.size());
        object.put("conflicts", plan.conflicts());
        object.put("notes", plan.notes());
        return object;
    }

    private static Map<String, @Nullable Object> json(PlannedVm vm) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("name", vm.originalName());
        object.put("class", vm.item().vm().vmClass().typeName());
        object.put("new_name", vm.isHome() ? null : vm.name());
        object.put("template", vm.template());
        object.put("original_template", vm.originalTemplate());
        object.put("netvm", vm.netvm().name());
        object.put("netvm_is_default", vm.netvm().kind() == NetvmChoice.Kind.DEFAULT);
        object.put("original_netvm", vm.originalNetvm());
        object.put("size", vm.item().size());
        object.put("path", vm.item().path());
        object.put("marks", marks(vm));
        object.put("restore", vm.goodToGo());
        return object;
    }
}
