package org.qubestools.cli.listing;

import org.jspecify.annotations.Nullable;
import org.qubestools.cli.listing.VmField.Column;
import org.qubestools.cli.listing.VmField.OfProperty;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmView;

/** The typed value of each field, for JSON: plain names, numbers, booleans; null for none. */
public final class VmValues {
    private VmValues() {}

    public static @Nullable Object of(VmField field, VmView view, VmCells cells) {
        if (field instanceof OfProperty property) {
            boolean has = property.property().belongsTo(view.vm().vmClass());
            return has ? property.property().value(view) : null;
        }
        return column((Column) field, view, cells);
    }

    private static @Nullable Object column(Column column, VmView view, VmCells cells) {
        QubesVm vm = view.vm();
        return switch (column) {
            case NAME, NAME_RAW -> vm.name();
            case ON -> cells.cell(column, view).equals("*");
            case UPDBL -> view.facts().updateable();
            case TYPE -> vm.vmClass().typeName();
            case TEMPLATE -> orNull(view.vms().template(vm).shown(""));
            case NETVM -> orNull(view.vms().netvm(vm).shown(""));
            case QID -> vm.qid() == QubesVm.NO_QID ? null : Long.valueOf(vm.qid());
            case IP -> view.addresses().ip();
            case IP_BACK -> view.addresses().gateway();
            case GATEWAY -> view.addresses().usedGateway();
            case KERNEL -> vm.vmClass().hasKernel() ? view.facts().kernel() : null;
            case KERNELOPTS -> vm.vmClass().hasKernel() ? view.facts().kernelopts() : null;
            case LAST_BACKUP -> view.facts().backupTimestamp();
            case XID, MEM, PRIV_CURR, PRIV_MAX, PRIV_UTIL, ROOT_CURR, ROOT_MAX, ROOT_UTIL, DISK ->
                number(cells.cell(column, view));
            case CPU -> decimal(cells.cell(column, view));
            case STATE, LABEL -> cells.cell(column, view);
        };
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    /** The number that a cell begins with: MB and percent are in the name of the field. */
    static @Nullable Long number(String cell) {
        int end = 0;
        while (end < cell.length() && cell.charAt(end) >= '0' && cell.charAt(end) <= '9') {
            end++;
        }
        return end == 0 || end > 18 ? null : Long.valueOf(cell.substring(0, end));
    }

    private static @Nullable Double decimal(String cell) {
        return cell.equals("-") ? null : Double.valueOf(cell);
    }
}
