package org.qubestools.cli.backup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.create.BackupPlan;
import org.qubestools.backup.create.PlannedBackup;
import org.qubestools.backup.create.WriteFormat;
import org.qubestools.cli.output.SizeText;

/** What {@code qvm-backup} is going to do or has done, for people and for scripts. */
final class BackupReport {
    private BackupReport() {}

    /** The table of the original, ending in a line end. */
    static String table(BackupPlan plan) {
        StringBuilder text = new StringBuilder();
        for (String line : plan.table(SizeText::oneDecimal)) {
            text.append(line).append('\n');
        }
        return text.toString();
    }

    /** {@code file} is null if the backup goes elsewhere. */
    static Map<String, @Nullable Object> json(String type, BackupPlan plan, WriteFormat format, @Nullable Path file) {
        List<Map<String, @Nullable Object>> vms = new ArrayList<>();
        for (PlannedBackup vm : plan.vms()) {
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            object.put("name", vm.vm().name());
            object.put("path", vm.path());
            object.put("size", vm.size());
            object.put("running", vm.running());
            vms.add(object);
        }
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("type", type);
        object.put("target", file == null ? null : file.toString());
        object.put("format", (long) format.version().number());
        object.put("size", plan.size());
        object.put("vms", vms);
        object.put("left_out", plan.leftOut());
        return object;
    }
}
