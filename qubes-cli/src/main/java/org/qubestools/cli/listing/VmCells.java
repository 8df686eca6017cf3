package org.qubestools.cli.listing;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.listing.VmField.Column;
import org.qubestools.cli.listing.VmField.OfProperty;
import org.qubestools.cli.output.LocalTime;
import org.qubestools.cli.output.PropertyText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmReference;
import org.qubestools.core.model.VmView;
import org.qubestools.core.runtime.PowerState;
import org.qubestools.core.runtime.VmStatuses;

/** The text of each cell of a listing. */
public final class VmCells {
    private static final String NOT_APPLICABLE = "n/a";

    private final VmStatuses statuses;
    private final DiskFigures disk;
    private final LocalTime local;
    private final VmStatuses earlier;
    private final double seconds;

    /**
     * Cells as of one look.
     *
     * @param earlier a look some time before, for the use of CPUs
     * @param seconds the time between the looks; 0 if that is not wanted
     */
    public VmCells(VmStatuses statuses, DiskFigures disk, LocalTime local, VmStatuses earlier, double seconds) {
        this.statuses = statuses;
        this.disk = disk;
        this.local = local;
        this.earlier = earlier;
        this.seconds = seconds;
    }

    /** The cell, safe to print. */
    public String cell(VmField field, VmView view) {
        if (field instanceof OfProperty property) {
            boolean has = property.property().belongsTo(view.vm().vmClass());
            return has ? PropertyText.of(property.property(), view, local) : "-";
        }
        return PropertyText.safe(column((Column) field, view));
    }

    private String column(Column column, VmView view) {
        QubesVm vm = view.vm();
        return switch (column) {
            case NAME -> decorated(view);
            case NAME_RAW -> PropertyText.nameOf(vm);
            case ON -> statuses.isRunning(vm) ? "*" : "";
            case STATE -> state(view).word();
            case UPDBL -> view.facts().updateable() ? "Yes" : "";
            case TYPE -> type(vm.vmClass());
            case TEMPLATE ->
                vm.vmClass().isTemplate()
                        ? NOT_APPLICABLE
                        : view.vms().template(vm).shown("None");
            case NETVM -> netvm(view);
            case LABEL -> view.facts().label().text();
            case QID -> vm.qid() == QubesVm.NO_QID ? "?" : String.valueOf(vm.qid());
            case XID -> orDash(statuses.xid(vm));
            case CPU -> cpu(view);
            case MEM -> memory(vm);
            case LAST_BACKUP -> lastBackup(view.facts().backupTimestamp());
            case KERNEL, KERNELOPTS -> kernel(column, view);
            case IP, IP_BACK, GATEWAY -> address(column, view);
            case PRIV_CURR, PRIV_MAX, PRIV_UTIL, ROOT_CURR, ROOT_MAX, ROOT_UTIL, DISK ->
                vm.vmClass() == VmClass.ADMIN ? NOT_APPLICABLE : disk.cell(column, view);
        };
    }

    private PowerState state(VmView view) {
        return statuses.state(view.vms(), view.vm());
    }

    private static String decorated(VmView view) {
        QubesVm vm = view.vm();
        String name = PropertyText.nameOf(vm);
        String decorated = name;
        if (vm.vmClass().isTemplate()) {
            decorated = "[" + name + "]";
        } else if (vm.vmClass() == VmClass.DISPOSABLE) {
            decorated = "<" + name + ">";
        } else if (vm.vmClass().givesNetwork()) {
            decorated = "{" + name + "}";
        }
        QubesVm byDefault = view.vms().globals().defaultTemplate();
        return byDefault != null && byDefault.key() == vm.key() ? "=>" + decorated : decorated;
    }

    private static String type(VmClass vmClass) {
        return switch (vmClass) {
            case HVM -> "HVM";
            case TEMPLATE, TEMPLATE_HVM -> "Tpl";
            case APP, DISPOSABLE -> "";
            case NET -> "Net";
            case PROXY -> "Proxy";
            case ADMIN -> "Admin";
        };
    }

    private static String netvm(VmView view) {
        QubesVm vm = view.vm();
        if (!vm.vmClass().hasNetvm()) {
            return NOT_APPLICABLE;
        }
        VmReference netvm = view.vms().netvm(vm);
        boolean byDefault = vm.vmClass().hasDefaultNetvm() && vm.is(Attributes.USES_DEFAULT_NETVM);
        return netvm.isNone() ? "-" : (byDefault ? "*" : "") + netvm.shown("-");
    }

    private String memory(QubesVm vm) {
        Long mib = statuses.memoryMib(vm);
        return mib == null ? "-" : mib + " MB";
    }

    private String cpu(VmView view) {
        Double percent = seconds > 0 ? statuses.cpuPercent(view, earlier, seconds) : null;
        return percent == null ? "-" : String.format(Locale.ROOT, "%.1f", percent);
    }

    private String lastBackup(@Nullable Long timestamp) {
        return timestamp == null ? "-" : PropertyText.day(timestamp, local.zone());
    }

    private static String kernel(Column column, VmView view) {
        if (!view.vm().vmClass().hasKernel()) {
            return NOT_APPLICABLE;
        }
        if (column == Column.KERNEL) {
            boolean byDefault = view.vm().is(Attributes.USES_DEFAULT_KERNEL);
            return (byDefault ? "*" : "")
                    + (view.facts().kernel() == null ? "None" : view.facts().kernel());
        }
        boolean byDefault = view.vm().is(Attributes.USES_DEFAULT_KERNELOPTS);
        return (byDefault ? "*" : "") + view.facts().kernelopts();
    }

    private static String address(Column column, VmView view) {
        if (column == Column.IP) {
            String ip = view.addresses().ip();
            return ip == null ? "None" : ip;
        }
        String address = column == Column.IP_BACK
                ? view.addresses().gateway()
                : view.addresses().usedGateway();
        return address == null ? NOT_APPLICABLE : address;
    }

    private static String orDash(@Nullable Integer number) {
        return number == null ? "-" : String.valueOf(number);
    }
}
