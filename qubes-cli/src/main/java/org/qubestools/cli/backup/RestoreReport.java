package org.qubestools.cli.backup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.restore.RestoreOutcome;
import org.qubestools.backup.restore.RestoreOutcome.Status;
import org.qubestools.backup.restore.RestoreResult;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.output.SizeText;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;

/** The closing summary of a restore or a verification: what is there, what is not and why, what is lost. */
final class RestoreReport {
    private final RestoreResult result;
    private final List<String> problems;
    private final boolean verifyOnly;
    private final ToolContext ctx;

    /**
     * A report on one run.
     *
     * @param rejections what was said against the outer archive
     */
    RestoreReport(RestoreResult result, List<String> rejections, boolean verifyOnly, ToolContext ctx) {
        this.result = result;
        this.problems = new ArrayList<>(result.problems());
        this.problems.addAll(rejections);
        this.verifyOnly = verifyOnly;
        this.ctx = ctx;
    }

    /** Says everything; returns 0 if all is well, else throws what the run ends with. */
    int end() {
        problems.forEach(ctx::warn);
        result.with(Status.FAILED).forEach(vm -> ctx.warn(vm.reason()));
        if (ctx.isJson()) {
            ctx.json(json());
        } else {
            print();
        }
        int done = done().size();
        int failed = result.with(Status.FAILED).size();
        String word = verifyOnly ? "verified" : "restored";
        if (result.cancelled()) {
            throw new QubesException(
                    ErrorKind.CANCELLED,
                    "cancelled; " + done + " of " + (done + failed + missed()) + " were " + word
                            + (verifyOnly ? "" : ", of the others nothing was kept"));
        }
        if (verifyOnly && done + failed == 0) {
            throw new QubesException(ErrorKind.FAILED, "nothing was verified, as nothing is selected");
        }
        if (isGood()) {
            return ExitCode.OK;
        }
        if (done == 0) {
            throw new QubesException(ErrorKind.CORRUPT_BACKUP, "nothing was " + word, "see the messages above");
        }
        throw new QubesException(
                ErrorKind.PARTIAL,
                "completed with errors: " + done + " of " + (done + failed) + " were " + word,
                "see the messages above");
    }

    private boolean isGood() {
        return result.isGood() && problems.isEmpty();
    }

    private List<RestoreOutcome> done() {
        return result.with(verifyOnly ? Status.VERIFIED : Status.RESTORED);
    }

    private int missed() {
        return result.with(Status.NOT_REACHED).size();
    }

    private void print() {
        StringBuilder text = new StringBuilder();
        text.append('\n');
        list(text, verifyOnly ? "verified:" : "restored:", done());
        list(text, verifyOnly ? "NOT verified:" : "failed:", result.with(Status.FAILED));
        list(text, "not reached:", result.with(Status.NOT_REACHED));
        list(text, "left out:", result.with(Status.LEFT_OUT));
        losses(text);
        text.append(result.cancelled() ? "cancelled\n" : isGood() ? "done\n" : "completed with errors\n");
        ctx.out().append(text);
    }

    private static void list(StringBuilder text, String title, List<RestoreOutcome> vms) {
        for (RestoreOutcome outcome : vms) {
            text.append(title).append(" ".repeat(Math.max(1, 14 - title.length())));
            text.append(RestorePlanText.shownName(outcome.vm()));
            if (outcome.vm().isRenamed()) {
                text.append(" as ").append(SafeText.of(outcome.vm().name()));
            }
            text.append(outcome.reason().isEmpty() ? "" : ": " + outcome.reason())
                    .append('\n');
        }
    }

    private void losses(StringBuilder text) {
        for (RestoreOutcome outcome : result.vms()) {
            String name = RestorePlanText.shownName(outcome.vm());
            if (outcome.status() == Status.FAILED) {
                text.append("lost:         ").append(name).append(": all of it, ");
                text.append(SizeText.oneDecimal(outcome.vm().item().size())).append('\n');
            }
            for (String loss : outcome.losses()) {
                text.append("lost:         ")
                        .append(name)
                        .append(": ")
                        .append(loss)
                        .append('\n');
            }
        }
    }

    private Map<String, @Nullable Object> json() {
        List<Map<String, @Nullable Object>> vms = new ArrayList<>();
        for (RestoreOutcome outcome : result.vms()) {
            vms.add(json(outcome));
        }
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("type", "restore");
        object.put("verify_only", verifyOnly);
        object.put("ok", isGood());
        object.put("cancelled", result.cancelled());
        object.put("vms", vms);
        object.put("problems", problems);
        return object;
    }

    private static Map<String, @Nullable Object> json(RestoreOutcome outcome) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("name", outcome.vm().originalName());
        object.put("new_name", outcome.vm().isHome() ? null : outcome.vm().name());
        object.put("path", outcome.vm().item().path());
        object.put("status", outcome.status().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        object.put("file", outcome.file().isEmpty() ? null : outcome.file());
        object.put("chunk", outcome.chunk() < 0 ? null : (Object) (long) outcome.chunk());
        object.put("problem", outcome.reason().isEmpty() ? null : outcome.reason());
        object.put("lost", outcome.losses());
        return object;
    }
}
