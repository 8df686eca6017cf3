package org.qubestools.backup.restore;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.qubestools.backup.SummaryTable;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;

/** The table of a plan as R3.2 drew it: every column one wider than its longest cell, remarks behind. */
final class RestoreTable {
    private static final List<String> HEADERS = List.of("name", "type", "template", "updbl", "netvm", "label");

    private RestoreTable() {}

    static List<String> lines(List<PlannedVm> vms) {
        List<List<String>> rows = new ArrayList<>();
        for (PlannedVm vm : vms) {
            rows.add(cells(vm));
        }
        SummaryTable table = new SummaryTable(widths(rows));
        List<String> lines = new ArrayList<>();
        lines.add(table.rule());
        lines.add(table.line(HEADERS));
        lines.add(table.rule());
        for (int i = 0; i < rows.size(); i++) {
            lines.add(table.line(rows.get(i)) + remarks(vms.get(i)));
        }
        return List.copyOf(lines);
    }

    private static List<Integer> widths(List<List<String>> rows) {
        List<Integer> widths = new ArrayList<>();
        for (int column = 0; column < HEADERS.size(); column++) {
            int width = HEADERS.get(column).length();
            for (List<String> row : rows) {
                width = Math.max(width, row.get(column).length());
            }
            widths.add(width);
        }
        return widths;
    }

    private static List<String> cells(PlannedVm planned) {
        if (planned.isHome()) {
            return List.of("Dom0", "Home", "", "", "", "");
        }
        QubesVm vm = planned.item().vm();
        String template = planned.template();
        boolean updateable = vm.vmClass().isTemplate() || template == null;
        return List.of(
                nameCell(vm),
                typeCell(vm.vmClass()),
                template == null ? "n/a" : SafeText.of(template),
                updateable ? "Yes" : "",
                netvmCell(planned),
                vm.getOr(Attributes.LABEL, vm.vmClass().defaultLabel()).text());
    }

    private static String nameCell(QubesVm vm) {
        String name = SafeText.of(vm.name());
        if (vm.vmClass().isTemplate()) {
            return "[" + name + "]";
        }
        return vm.vmClass().givesNetwork() ? "{" + name + "}" : name;
    }

    private static String typeCell(VmClass vmClass) {
        if (vmClass.isTemplate()) {
            return "Tpl";
        }
        return vmClass == VmClass.HVM ? "HVM" : vmClass.typeName().replace("VM", "");
    }

    private static String netvmCell(PlannedVm planned) {
        if (!planned.item().vm().vmClass().hasNetvm()) {
            return "n/a";
        }
        String name = planned.netvm().name();
        if (name == null) {
            return "-";
        }
        return (planned.netvm().kind() == NetvmChoice.Kind.DEFAULT ? "*" : "") + SafeText.of(name);
    }

    /** The strongest mark alone, as the original showed it; without one, what changes. */
    private static String remarks(PlannedVm vm) {
        if (vm.has(PlanMark.EXCLUDED)) {
            return remark("Excluded from restore");
        }
        if (vm.has(PlanMark.VIOLATION)) {
            return remark("Cannot be restored: "
                    + SafeText.of(Objects.requireNonNullElse(RestorePlanner.violation(vm.item()), "")));
        }
        if (vm.has(PlanMark.BAD_NAME)) {
            return remark("The new name '" + SafeText.of(vm.name()) + "' cannot be used!");
        }
        if (vm.has(PlanMark.ALREADY_EXISTS)) {
            return remark("A VM with the same name already exists on the host!");
        }
        if (vm.has(PlanMark.MISSING_TEMPLATE)) {
            return remark("No matching template on the host or in the backup found!");
        }
        if (vm.has(PlanMark.MISSING_NETVM) || vm.has(PlanMark.MISSING_DISPVM_NETVM)) {
            return remark("No matching netvm on the host or in the backup found!");
        }
        if (vm.has(PlanMark.USERNAME_MISMATCH)) {
            return remark("username in backup and dom0 mismatch") + (vm.goodToGo() ? " (ignored)" : "");
        }
        return changes(vm);
    }

    private static String changes(PlannedVm vm) {
        String original = vm.originalTemplate();
        String template = original == null ? "" : remark("Original template was '" + SafeText.of(original) + "'");
        String name = vm.isRenamed() ? remark("Will be renamed to '" + SafeText.of(vm.name()) + "'") : "";
        return template + name;
    }

    private static String remark(String text) {
        return " <-- " + text;
    }
}
