package org.qubestools.cli.backup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.backup.format.ItemProblem;
import org.qubestools.backup.format.PassResult;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** What a data pass found, for people and for scripts; anything wrong makes the run fail. */
final class PassReport {
    private final List<BackupItem> items;
    private final PassResult result;
    private final List<String> others = new ArrayList<>();

    PassReport(List<BackupItem> items, PassResult result) {
        this.items = items;
        this.result = result;
    }

    /** Adds what is wrong but belongs to no VM. */
    PassReport with(List<String> problems) {
        others.addAll(problems);
        return this;
    }

    private List<String> all() {
        List<String> all = new ArrayList<>();
        for (String broken : result.brokenOff()) {
            all.add("the archive cannot be read any further: " + broken);
        }
        all.addAll(others);
        return all;
    }

    /** One object for each VM. */
    List<Map<String, @Nullable Object>> json() {
        List<Map<String, @Nullable Object>> list = new ArrayList<>();
        for (BackupItem item : items) {
            ItemProblem problem = result.problem(item).orElse(null);
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            object.put("name", item.vm().name());
            object.put("path", item.path());
            object.put("ok", problem == null);
            if (problem != null) {
                object.put("file", problem.archive().isEmpty() ? null : problem.archive());
                object.put("chunk", problem.chunk() < 0 ? null : (Object) (long) problem.chunk());
                object.put("problem", problem.reason());
            }
            list.add(object);
        }
        return list;
    }

    /** Says what is wrong. */
    void warn(ToolContext ctx) {
        for (String problem : all()) {
            ctx.warn(problem);
        }
        for (ItemProblem problem : result.failed().values()) {
            ctx.warn(problem.text());
        }
    }

    boolean isGood() {
        return result.failed().isEmpty() && all().isEmpty();
    }

    /** The end of the run: nothing if all is well, else CORRUPT_BACKUP if nothing is, else PARTIAL. */
    void requireGood(String done) {
        if (isGood()) {
            return;
        }
        int bad = result.failed().size();
        if (bad == items.size() && bad > 0) {
            throw new QubesException(
                    ErrorKind.CORRUPT_BACKUP, "nothing was " + done + " without an error", "see the messages above");
        }
        if (bad == 0) {
            throw new QubesException(
                    ErrorKind.PARTIAL, "all VMs were " + done + ", but not all is well", "see the messages above");
        }
        throw new QubesException(
                ErrorKind.PARTIAL,
                (items.size() - bad) + " of " + items.size() + " VMs were " + done + " without an error",
                "see the messages above");
    }
}
