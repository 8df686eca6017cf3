package org.qubestools.core.model;

import org.jspecify.annotations.Nullable;

/**
 * Paths of one VM's files, as text below the root directory; null for dom0 and wherever no path may be made (a bad
 * name, a DisposableVM without a usable template).
 *
 * <p>{@code dir_path} and {@code conf_file} count only while the element has no {@code pool_name}: only such a writer
 * used them (R3.1 and later ignore them).
 */
public final class VmFiles {
    private static final String KERNELS = "/var/lib/qubes/vm-kernels/";
    private static final String ICONS = "/usr/share/icons/hicolor/128x128/devices/";

    private final VmCollection vms;
    private final QubesVm vm;
    private final Pools pools;

    public VmFiles(VmCollection vms, QubesVm vm, Pools pools) {
        this.vms = vms;
        this.vm = vm;
        this.pools = pools;
    }

    /** The directory of kernels that dom0 has installed under this name. */
    public static String kernelDirectory(String kernel) {
        return KERNELS + kernel;
    }

    public @Nullable String directory() {
        if (vm.vmClass() == VmClass.ADMIN || !vm.hasGoodName()) {
            return null;
        }
        if (vm.vmClass() == VmClass.DISPOSABLE) {
            QubesVm template = vms.template(vm).vm();
            return template == null || !template.hasGoodName()
                    ? null
                    : poolDirectory() + "/" + VmClass.APP.subdirectory() + "/" + template.name() + "-dvm";
        }
        return statedDirectory();
    }

    /**
     * The directory that the element of a VM names, DisposableVMs excepted, though its name may be unusable: a place to
     * look for, never one to write to.
     */
    public String statedDirectory() {
        String stored = vm.has(Attributes.POOL_NAME) ? null : vm.get(Attributes.DIR_PATH);
        return stored != null ? withoutSlash(stored) : ordinaryDirectory(vm.name());
    }

    /** The directory that a VM of this class, pool and the given good name has. */
    public String ordinaryDirectory(String name) {
        return poolDirectory() + "/" + vm.vmClass().subdirectory() + "/" + name;
    }

    private String poolDirectory() {
        String directory = pools.directory(vm.getOr(Attributes.POOL_NAME, Pools.DEFAULT));
        if (directory == null) {
            directory = pools.directory(Pools.DEFAULT);
        }
        return directory == null ? Pools.DEFAULT_DIRECTORY : directory;
    }

    private static String withoutSlash(String path) {
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /** The generated configuration of the VMM. */
    public @Nullable String config() {
        String stored = vm.has(Attributes.POOL_NAME) ? null : vm.get(Attributes.CONF_FILE);
        return inDirectory(stored != null ? stored : vm.name() + ".conf");
    }

    /**
     * The file of firewall rules. A stored absolute path is honoured, but for one that R3.1 and R3.2 wrote by mistake:
     * inside the default pool for a VM of another pool, where no directory is.
     */
    public @Nullable String firewall() {
        String stored = vm.getOr(Attributes.FIREWALL_CONF, "firewall.xml");
        return inDirectory(isMistakenFirewall(stored) ? "firewall.xml" : stored);
    }

    private boolean isMistakenFirewall(String path) {
        if (vm.getOr(Attributes.POOL_NAME, Pools.DEFAULT).equals(Pools.DEFAULT)) {
            return false;
        }
        for (VmClass vmClass : VmClass.values()) {
            String prefix = Pools.DEFAULT_DIRECTORY + "/" + vmClass.subdirectory() + "/";
            if (path.startsWith(prefix) && path.endsWith("/firewall.xml")) {
                int nameEnd = path.length() - "/firewall.xml".length();
                return nameEnd > prefix.length() && path.indexOf('/', prefix.length()) == nameEnd;
            }
        }
        return false;
    }

    /** The link to the label's icon; of a DisposableVM the icon itself. */
    public @Nullable String icon() {
        return vm.vmClass() == VmClass.DISPOSABLE ? iconTarget() : inDirectory("icon.png");
    }

    /** The label's icon file, which the link points to. */
    public String iconTarget() {
        Label label = vm.vmClass() == VmClass.ADMIN ? Label.BLACK : vm.getOr(Attributes.LABEL, Label.RED);
        return iconTarget(label, vm.vmClass() == VmClass.DISPOSABLE);
    }

    public static String iconTarget(Label label, boolean disposable) {
        return ICONS + label.icon(disposable) + ".png";
    }

    /** The root file system: the template's for a template-based VM. */
    public @Nullable String rootImage() {
        VmReference template = vms.template(vm);
        if (template.vm() != null) {
            return new VmFiles(vms, template.vm(), pools).rootImage();
        }
        return template.isBroken() ? null : inDirectory("root.img");
    }

    /** Changes since the last commit; templates only. */
    public @Nullable String rootCowImage() {
        return vm.vmClass().isTemplate() ? inDirectory("root-cow.img") : null;
    }

    public @Nullable String privateImage() {
        return inDirectory("private.img");
    }

    public @Nullable String volatileImage() {
        return inDirectory("volatile.img");
    }

    /** A file over the template's root image that takes what the VM writes, where no script makes a snapshot. */
    public @Nullable String rootOverlay() {
        return vm.vmClass() == VmClass.DISPOSABLE ? ofOwn("root-overlay.qcow2") : inDirectory("root-overlay.qcow2");
    }

    /** The private image of a DisposableVM that is booted; thrown away with it, as is {@link #ownVolatileImage}. */
    public @Nullable String ownPrivateImage() {
        return ofOwn("private.img");
    }

    public @Nullable String ownVolatileImage() {
        return ofOwn("volatile.img");
    }

    /** DisposableVMs share the directory of the VM that they are made from. */
    private @Nullable String ofOwn(String file) {
        return inDirectory(vm.name() + "-" + file);
    }

    /** Where its kernel is: the installed one's directory, or its own for kernel none. */
    public @Nullable String kernels(@Nullable String kernel) {
        return kernel == null ? inDirectory("kernels") : kernelDirectory(kernel);
    }

    private @Nullable String inDirectory(String file) {
        String directory = directory();
        if (directory == null) {
            return null;
        }
        return file.startsWith("/") ? file : directory + "/" + file;
    }
}
