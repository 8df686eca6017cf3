package org.qubestools.core.property;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmView;

/** A value that can be read but not set: an id, an address, a path, a mark of the backup. */
public enum DerivedProperty implements VmProperty {
    QID("number of the VM"),
    TYPE("class of the VM"),
    UUID("identity of the VM in the VMM"),
    UPDATEABLE("whether the VM has a root file system of its own"),
    INSTALLED_BY_RPM("whether a package owns the files"),
    LAST_BACKUP("time of the last backup that has the VM"),
    DIR("directory of the VM"),
    CONFIG("configuration file generated for the VMM"),
    FIREWALL_CONF("file of the firewall rules"),
    ROOT_IMG("image of the root file system"),
    ROOT_COW_IMG("changes of a template since its last commit"),
    ROOT_VOLATILE_IMG("image that is thrown away at every start"),
    PRIVATE_IMG("image of the VM's own data"),
    ICON_PATH("icon, or the link to it"),
    KERNELS_DIR("directory of the kernel"),
    POOL_NAME("storage pool"),
    SERVICES("services switched on and off"),
    IP("address"),
    NETMASK("mask of the network"),
    GATEWAY("address as gateway of the VMs behind it"),
    SECONDARY_DNS("second DNS server"),
    NETWORK("network the VM gives"),
    NETID("number of that network"),
    DISPID("number of the DisposableVM"),
    DISP_SAVEFILE("prepared image of the DisposableVM"),
    USES_DEFAULT_NETVM("whether the netvm follows the default"),
    USES_DEFAULT_DISPVM_NETVM("whether the dispvm_netvm follows the netvm"),
    USES_DEFAULT_KERNEL("whether the kernel follows the default"),
    USES_DEFAULT_KERNELOPTS("whether the kernel options follow the default"),
    BACKUP_CONTENT("whether the last backup run chose the VM"),
    BACKUP_SIZE("bytes of the VM in the last backup"),
    BACKUP_PATH("path of the VM in the last backup");

    private final String text;
    private final String help;

    DerivedProperty(String help) {
        this.text = name().toLowerCase(Locale.ROOT);
        this.help = help;
    }

    @Override
    public String id() {
        return text;
    }

    @Override
    public String help() {
        return help;
    }

    @Override
    public boolean belongsTo(VmClass vmClass) {
        return switch (this) {
            case ROOT_COW_IMG -> vmClass.isTemplate();
            case DISPID, DISP_SAVEFILE -> vmClass == VmClass.DISPOSABLE;
            case USES_DEFAULT_KERNEL, USES_DEFAULT_KERNELOPTS, KERNELS_DIR -> vmClass.hasKernel();
            case USES_DEFAULT_NETVM -> vmClass.hasDefaultNetvm();
            case NETWORK, NETID -> vmClass.givesNetwork();
            default -> true;
        };
    }

    @Override
    public @Nullable Object value(VmView view) {
        QubesVm vm = view.vm();
        return switch (this) {
            case QID -> vm.qid() == QubesVm.NO_QID ? null : Long.valueOf(vm.qid());
            case TYPE -> vm.vmClass().typeName();
            case UUID -> vm.get(Attributes.UUID);
            case UPDATEABLE -> view.facts().updateable();
            case INSTALLED_BY_RPM -> vm.is(Attributes.INSTALLED_BY_RPM);
            case LAST_BACKUP -> view.facts().backupTimestamp();
            case POOL_NAME -> vm.get(Attributes.POOL_NAME);
            case SERVICES -> view.facts().services();
            case DISPID -> vm.get(Attributes.DISPID);
            case DISP_SAVEFILE -> vm.get(Attributes.DISP_SAVEFILE);
            case USES_DEFAULT_NETVM -> vm.is(Attributes.USES_DEFAULT_NETVM);
            case USES_DEFAULT_DISPVM_NETVM -> vm.is(Attributes.USES_DEFAULT_DISPVM_NETVM);
            case USES_DEFAULT_KERNEL -> vm.is(Attributes.USES_DEFAULT_KERNEL);
            case USES_DEFAULT_KERNELOPTS -> vm.is(Attributes.USES_DEFAULT_KERNELOPTS);
            case BACKUP_CONTENT -> vm.is(Attributes.BACKUP_CONTENT);
            case BACKUP_SIZE -> vm.get(Attributes.BACKUP_SIZE);
            case BACKUP_PATH -> vm.get(Attributes.BACKUP_PATH);
            case IP, NETMASK, GATEWAY, SECONDARY_DNS, NETWORK, NETID -> address(view);
            default -> path(view);
        };
    }

    private @Nullable Object address(VmView view) {
        return switch (this) {
            case IP -> view.addresses().ip();
            case NETMASK -> view.addresses().netmask();
            case GATEWAY -> view.addresses().gateway();
            case SECONDARY_DNS -> view.addresses().secondaryDns();
            case NETWORK -> view.addresses().network();
            default -> {
                Integer netid = view.vms().netid(view.vm());
                yield netid == null ? null : Long.valueOf(netid);
            }
        };
    }

    private @Nullable String path(VmView view) {
        return switch (this) {
            case DIR -> view.files().directory();
            case CONFIG -> view.files().config();
            case FIREWALL_CONF -> view.files().firewall();
            case ROOT_IMG -> view.files().rootImage();
            case ROOT_COW_IMG -> view.files().rootCowImage();
            case ROOT_VOLATILE_IMG -> view.files().volatileImage();
            case PRIVATE_IMG -> view.files().privateImage();
            case ICON_PATH -> view.files().icon();
            default -> view.files().kernels(view.facts().kernel());
        };
    }
}
