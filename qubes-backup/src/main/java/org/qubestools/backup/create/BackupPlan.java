package org.qubestools.backup.create;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.qubestools.backup.SummaryTable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.QubesVm;

/**
 * What a backup will hold.
 *
 * @param vms in the order of the archive
 * @param leftOut names of VMs that are not in it, in order
 * @param storeSize bytes that qubes.xml takes on disk
 */
public record BackupPlan(List<PlannedBackup> vms, List<String> leftOut, long storeSize) {
    private static final SummaryTable TABLE = new SummaryTable(List.of(16, 12, 12));

    public BackupPlan {
        vms = List.copyOf(vms);
        leftOut = List.copyOf(leftOut);
    }

    /** Bytes on disk of all that is archived, qubes.xml too. */
    public long size() {
        long total = storeSize;
        for (PlannedBackup vm : vms) {
            total = Math.addExact(total, vm.size());
        }
        return total;
    }

    /** WRONG_STATE, with their names, if VMs of the backup run. */
    public void requireHalted() {
        List<String> running = new ArrayList<>();
        for (PlannedBackup vm : vms) {
            if (vm.running()) {
                running.add("'" + SafeText.of(vm.vm().name()) + "'");
            }
        }
        if (!running.isEmpty()) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "VMs of the backup are running: " + String.join(", ", running),
                    "shut them down, or leave them out with --exclude");
        }
    }

    /**
     * The summary in the original layout: VMs, total, names of the VMs left out; each line is fit for a terminal.
     *
     * @param sizeText how a number of bytes is shown
     */
    public List<String> table(LongFunction<String> sizeText) {
        List<String> lines = new ArrayList<>();
        lines.add(TABLE.rule());
        lines.add(TABLE.line(List.of("VM", "type", "size")));
        lines.add(TABLE.rule());
        for (PlannedBackup vm : vms) {
            String name = vm.isHome() ? "Dom0" : SafeText.of(vm.vm().name());
            String line = TABLE.line(List.of(name, type(vm.vm()), sizeText.apply(vm.size())));
            String running = " <-- The VM is running, please shut it down before proceeding with the backup!";
            lines.add(vm.running() ? line + running : line);
        }
        lines.add(TABLE.rule());
        lines.add(TABLE.totalLine("Total size:", sizeText.apply(size())));
        lines.add(TABLE.rule());
        if (!leftOut.isEmpty()) {
            lines.add("VMs not selected for backup:");
        }
        for (String name : leftOut) {
            lines.add(SafeText.of(name));
        }
        return List.copyOf(lines);
    }

    private static String type(QubesVm vm) {
        return switch (vm.vmClass()) {
            case ADMIN -> "User home";
            case TEMPLATE, TEMPLATE_HVM -> "Template VM";
            case NET, PROXY -> "NetVM" + system(vm);
            case APP, HVM, DISPOSABLE -> "AppVM" + system(vm);
        };
    }

    private static String system(QubesVm vm) {
        return BackupPlanner.hasTemplate(vm) ? "" : " + Sys";
    }
}
