package org.qubestools.core.repair;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.edit.HostTree;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.HostSource;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmFiles;
import org.qubestools.core.model.VmView;
import org.qubestools.core.store.StoreSnapshot;

/** The store against the directories: what VMs lack, and directories that are no VM's. */
final class TreeFindings {
    static final String ICON_CODE = "icon-wrong";

    /** Nothing in here depends on the host. */
    private static final HostSource NO_HOST = Optional::<HostInfo>empty;

    private final StoreSnapshot store;
    private final StoreTree tree;
    private final HostTree host;
    private final Map<String, QubesVm> owners = new HashMap<>();
    private final List<Finding> findings = new ArrayList<>();
    private boolean defaultKernelUsed;

    private TreeFindings(StoreSnapshot store, StoreTree tree, HostTree host) {
        this.store = store;
        this.tree = tree;
        this.host = host;
    }

    static List<Finding> of(StoreSnapshot store, StoreTree tree, HostTree host) {
        TreeFindings all = new TreeFindings(store, tree, host);
        for (QubesVm vm : store.vms().inDocumentOrder()) {
            if (vm.vmClass() != VmClass.ADMIN) {
                all.vm(vm);
            }
        }
        all.defaultKernel();
        for (String home : tree.homes()) {
            all.home(home);
        }
        return all.findings;
    }

    static VmFiles files(StoreSnapshot store, QubesVm vm) {
        return new VmFiles(store.vms(), vm, store.pools());
    }

    private void vm(QubesVm vm) {
        VmFiles files = files(store, vm);
        String directory = files.directory();
        if (directory == null) {
            return;
        }
        if (vm.vmClass() == VmClass.DISPOSABLE) {
            owners.putIfAbsent(directory, vm);
            return;
        }
        QubesVm other = owners.put(directory, vm);
        if (other != null && other.vmClass() != VmClass.DISPOSABLE) {
            problem(
                    "directory-shared",
                    vm,
                    directory,
                    "its directory is that of '" + SafeText.of(other.name()) + "' too",
                    "give one of them another name in qubes.xml");
        }
        if (!tree.isDirectory(directory)) {
            problem(
                    "directory-missing",
                    vm,
                    directory,
                    "its directory is not there",
                    "restore it from a backup (qvm-backup-restore), or remove the entry with qvm-remove --just-db");
            return;
        }
        images(vm, files);
        icon(vm, files);
        kernel(vm, files);
    }

    private void images(QubesVm vm, VmFiles files) {
        boolean ownRoot =
                new VmView(store.vms(), vm, store.pools(), NO_HOST).facts().updateable();
        List<String> missing = new ArrayList<>(2);
        for (String image : new String[] {ownRoot ? files.directory() + "/root.img" : null, files.privateImage()}) {
            if (image != null && !Files.exists(tree.real(image))) {
                missing.add(image);
            }
        }
        if (!missing.isEmpty()) {
            boolean rootMissing = missing.get(0).endsWith("/root.img");
            problem(
                    missing.size() == (ownRoot ? 2 : 1) && isBare(files) ? "half-made-vm" : "image-missing",
                    vm,
                    missing.get(0),
                    missing.size() == 2 ? "its root.img and private.img are not there" : "this image is not there",
                    rootMissing
                            ? "restore it from a backup (qvm-backup-restore)"
                            : "restore it from a backup; the next start makes an empty one");
        }
    }

    /** True if no image at all is in the directory, as when the making of the VM was interrupted. */
    private boolean isBare(VmFiles files) {
        for (Path entry : tree.entries(String.valueOf(files.directory()))) {
            if (String.valueOf(entry.getFileName()).endsWith(".img")) {
                return false;
            }
        }
        return true;
    }

    /** A file in the place of the link is somebody's own icon. */
    private void icon(QubesVm vm, VmFiles files) {
        String icon = String.valueOf(files.icon());
        String target = linkTarget(icon);
        if (target != null && !target.equals(files.iconTarget())) {
            problem(
                    ICON_CODE,
                    vm,
                    icon,
                    target.isEmpty() ? "the link to its icon is not there" : "it leads to the icon of another label",
                    "set its label again: qvm-prefs -s " + SafeText.of(vm.name()) + " label LABEL");
        }
    }

    /** Where the link leads; empty if there is none; null for a file. */
    private @Nullable String linkTarget(String fixedPath) {
        Path link = tree.real(fixedPath);
        if (!tree.exists(fixedPath)) {
            return "";
        }
        if (!Files.isSymbolicLink(link)) {
            return null;
        }
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return null; // it went away meanwhile
        }
    }

    private void kernel(QubesVm vm, VmFiles files) {
        if (!vm.vmClass().hasKernel()) {
            return;
        }
        VmView view = new VmView(store.vms(), vm, store.pools(), NO_HOST);
        String kernel = view.facts().kernel();
        if (kernel == null) {
            String own = files.kernels(null) + "/vmlinuz";
            if (!Files.exists(tree.real(own))) {
                problem(
                        "kernel-missing",
                        vm,
                        own,
                        "it has a kernel of its own, which is not there",
                        "set an installed one: qvm-prefs -s " + SafeText.of(vm.name()) + " kernel VERSION");
            }
            return;
        }
        if (vm.is(Attributes.USES_DEFAULT_KERNEL)) {
            defaultKernelUsed = true;
            return;
        }
        String reason = host.problemWithKernel(kernel);
        if (reason != null) {
            problem(
                    "kernel-missing",
                    vm,
                    VmFiles.kernelDirectory(kernel),
                    "its kernel cannot be used: " + SafeText.of(reason),
                    "set an installed one: qvm-prefs -s " + SafeText.of(vm.name()) + " kernel VERSION");
        }
    }

    private void defaultKernel() {
        String kernel = store.vms().globals().defaultKernel();
        String reason = kernel == null || !defaultKernelUsed ? null : host.problemWithKernel(kernel);
        if (reason != null) {
            findings.add(Finding.problem(
                    "kernel-missing",
                    Globals.Key.DEFAULT_KERNEL.xmlName(),
                    Finding.Place.of(VmFiles.kernelDirectory(SafeText.of(String.valueOf(kernel)))),
                    "the default kernel cannot be used: " + SafeText.of(reason),
                    "set an installed one: qubes-prefs -s default-kernel VERSION"));
        }
    }

    private void home(String home) {
        for (Path entry : tree.entries(home)) {
            String name = String.valueOf(entry.getFileName());
            String path = home + "/" + name;
            if (owners.containsKey(path) || Leftovers.isOurs(name) || name.equals("lost+found")) {
                continue;
            }
            if (!Files.isDirectory(entry)) {
                foreign("foreign-file", path, "it is no directory of a VM", "move it elsewhere");
            } else if (Files.exists(entry.resolve("private.img")) || Files.exists(entry.resolve("root.img"))) {
                foreign(
                        "foreign-directory",
                        path,
                        "it holds the images of a VM that is not in the store",
                        home.endsWith("/appvms")
                                ? "register it with qvm-add-appvm, or move it elsewhere"
                                : home.endsWith("/vm-templates")
                                        ? "register it with qvm-add-template, or move it elsewhere"
                                        : "make a VM of this name, then put its images into the new directory");
            } else {
                foreign(
                        "half-made-directory",
                        path,
                        "no VM has it, and it holds no image",
                        "look into it, then remove it");
            }
        }
    }

    private void foreign(String code, String path, String text, String advice) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        findings.add(Finding.problem(code, SafeText.of(name), Finding.Place.of(SafeText.of(path)), text, advice));
    }

    private void problem(String code, QubesVm vm, String path, String text, String advice) {
        findings.add(Finding.problem(code, SafeText.of(vm.name()), Finding.Place.of(SafeText.of(path)), text, advice));
    }
}
