package org.qubestools.core.edit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmFiles;
import org.qubestools.core.storage.FirewallFile;
import org.qubestools.core.storage.PlannedTree;
import org.qubestools.core.storage.PlannedTree.Kind;
import org.qubestools.core.storage.Populate;

/** Plans what happens to the files of a VM; carried out when the draft is saved. */
final class VmFilePlan {
    static final long GIB = 1024L * 1024 * 1024;
    static final long PRIVATE_SIZE = 2 * GIB;
    private static final long ROOT_SIZE = 10 * GIB;
    private static final long HVM_ROOT_SIZE = 20 * GIB;
    static final long VOLATILE_SIZE = (10240L + 1024 + 512) * 1024 * 1024;
    private static final String UNIT = "/usr/lib/systemd/system/qubes-vm@.service";
    private static final String WANTS = "/etc/systemd/system/multi-user.target.wants/";
    static final List<String> KERNEL_FILES = List.of("vmlinuz", "initramfs", "modules.img");

    /** Something in a new directory: an empty sparse file, a copy, a link. */
    private record Item(
            String name,
            @Nullable Path source,
            long size,
            @Nullable String linkTarget,
            @Nullable String content) {
        static Item empty(String name, long size) {
            return new Item(name, null, size, null, null);
        }

        static Item copy(String name, Path source) {
            return new Item(name, source, 0, null, null);
        }

        static Item copyOrEmpty(String name, @Nullable Path source, long size) {
            return new Item(name, source, size, null, null);
        }

        static Item link(String name, String target) {
            return new Item(name, null, 0, target, null);
        }

        static Item file(String name, String content) {
            return new Item(name, null, 0, null, content);
        }
    }

    private VmFilePlan() {}

    /** Where the root image of a new VM comes from; all null for one made or copied by the usual rule. */
    record RootSource(@Nullable Path copyFrom, @Nullable Path moveFrom) {}

    /**
     * The directory of a new VM with its images and icon.
     *
     * @param copied a template whose images are copied, for a standalone VM
     */
    static void create(Draft draft, QubesVm vm, @Nullable QubesVm copied, RootSource root) {
        List<Item> items = new ArrayList<>();
        QubesVm template = draft.vms().template(vm).vm();
        if (template == null) {
            items.add(rootImage(draft, vm, copied, root));
        }
        if (vm.vmClass().isTemplate()) {
            items.add(Item.empty("root-cow.img", rootSize(draft, vm, copied, root)));
        }
        QubesVm model = template == null ? copied : template;
        Path privateImage =
                model == null ? null : existing(draft, draft.view(model).files().privateImage());
        items.add(Item.copyOrEmpty("private.img", privateImage, PRIVATE_SIZE));
        items.add(Item.empty("volatile.img", VOLATILE_SIZE));
        if (copied != null) {
            String kernel = draft.view(copied).facts().kernel();
            kernels(draft, draft.view(copied).files().kernels(kernel), items);
        }
        directory(draft, vm, items);
        if (root.moveFrom() != null) {
            draft.files().delete(root.moveFrom());
        }
    }

    private static Item rootImage(Draft draft, QubesVm vm, @Nullable QubesVm copied, RootSource root) {
        Path source = root.copyFrom() != null ? root.copyFrom() : root.moveFrom();
        if (source == null && copied != null) {
            source = existing(draft, draft.view(copied).files().rootImage());
        }
        return Item.copyOrEmpty("root.img", source, rootSize(draft, vm, copied, root));
    }

    private static long rootSize(Draft draft, QubesVm vm, @Nullable QubesVm copied, RootSource root) {
        Path source = root.copyFrom() != null ? root.copyFrom() : root.moveFrom();
        if (source == null && copied != null) {
            source = existing(draft, draft.view(copied).files().rootImage());
        }
        if (source != null) {
            return sizeOf(draft, source);
        }
        return vm.vmClass().isHvm() ? HVM_ROOT_SIZE : ROOT_SIZE;
    }

    private static long sizeOf(Draft draft, Path file) {
        try {
            return draft.planned().size(file);
        } catch (IOException e) {
            throw new QubesException(ErrorKind.FAILED, file + ": " + e.getMessage(), null, e);
        }
    }

    private static @Nullable Path existing(Draft draft, @Nullable String path) {
        Path real = path == null ? null : draft.real(path);
        return real != null && draft.planned().isFile(real) ? real : null;
    }

    /** The directory of a clone: the images that are the source's own, its firewall rules and kernels. */
    static void copy(Draft draft, QubesVm source, QubesVm clone, @Nullable String firewall) {
        VmFiles from = draft.view(source).files();
        List<Item> items = new ArrayList<>();
        items.add(Item.copyOrEmpty("private.img", existing(draft, from.privateImage()), PRIVATE_SIZE));
        if (draft.view(source).facts().updateable()) {
            Path root = existing(draft, from.rootImage());
            if (root == null) {
                throw new QubesException(
                        ErrorKind.FAILED, "VM '" + source.name() + "' has no root image " + from.rootImage());
            }
            items.add(Item.copy("root.img", root));
            if (clone.vmClass().isTemplate()) {
                items.add(Item.empty("root-cow.img", sizeOf(draft, root)));
            }
        }
        if (source.vmClass().hasKernel() && draft.view(source).facts().kernel() == null) {
            kernels(draft, from.kernels(null), items);
        }
        if (firewall != null) {
            items.add(Item.file("firewall.xml", firewall));
        }
        directory(draft, clone, items);
    }

    private static void kernels(Draft draft, @Nullable String directory, List<Item> items) {
        for (String file : KERNEL_FILES) {
            Path source = directory == null ? null : existing(draft, directory + "/" + file);
            if (source != null) {
                items.add(Item.copy("kernels/" + file, source));
            }
        }
    }

    private static void directory(Draft draft, QubesVm vm, List<Item> items) {
        String directory = draft.view(vm).files().directory();
        if (directory == null) {
            throw new QubesException(ErrorKind.INVALID_VALUE, "no directory can be made for VM '" + vm.name() + "'");
        }
        Path real = draft.real(directory);
        if (draft.planned().exists(real)) {
            throw new QubesException(
                    ErrorKind.IN_USE, directory + " exists already", "move it away, or choose another name");
        }
        items.add(Item.link("icon.png", draft.view(vm).files().iconTarget()));
        requireParent(draft, real);
        draft.files().create(real, new Filling(placed(draft, items)), contents(draft, items));
    }

    /** With sources where they are while the directory is made. */
    private static List<Item> placed(Draft draft, List<Item> items) {
        List<Item> placed = new ArrayList<>();
        for (Item item : items) {
            placed.add(
                    item.source() == null
                            ? item
                            : Item.copy(item.name(), draft.planned().source(item.source())));
        }
        return placed;
    }

    private static Map<String, PlannedTree.Item> contents(Draft draft, List<Item> items) {
        Map<String, PlannedTree.Item> contents = new HashMap<>();
        for (Item item : items) {
            byte[] text = item.content() == null ? null : item.content().getBytes(StandardCharsets.UTF_8);
            long size = text != null ? text.length : item.source() != null ? sizeOf(draft, item.source()) : item.size();
            Kind kind = item.linkTarget() == null ? Kind.FILE : Kind.LINK;
            contents.put(item.name(), new PlannedTree.Item(kind, size, text));
        }
        return contents;
    }

    /** Makes the items of a new directory. */
    private record Filling(List<Item> items) implements Populate {
        @Override
        public void populate(Path staging, FileLayer layer) throws IOException {
            VmFilePlan.populate(staging, layer, items);
        }
    }

    private static void populate(Path staging, FileLayer layer, List<Item> items) throws IOException {
        for (Item item : items) {
            Path target = staging.resolve(item.name());
            Path parent = target.getParent();
            if (parent != null && !Files.isDirectory(parent)) {
                layer.createDirectory(parent);
            }
            if (item.linkTarget() != null) {
                layer.createSymlink(target, item.linkTarget());
            } else if (item.content() != null) {
                layer.writeFile(target, item.content().getBytes(StandardCharsets.UTF_8));
                layer.setMode(target, FirewallFile.MODE);
            } else if (item.source() != null) {
                layer.copyFile(item.source(), target);
            } else {
                layer.createSparseFile(target, item.size());
            }
        }
    }

    static void requireParent(Draft draft, Path path) {
        Path parent = path.getParent();
        if (parent != null && !draft.planned().isDirectory(parent)) {
            draft.files().directory(parent);
        }
    }

    /** The link to the label's icon follows the label. */
    static void relinkIcon(Draft draft, QubesVm vm) {
        String icon = draft.view(vm).files().icon();
        String directory = draft.view(vm).files().directory();
        if (vm.vmClass() == VmClass.DISPOSABLE || icon == null || directory == null) {
            return;
        }
        if (draft.planned().isDirectory(draft.real(directory))) {
            draft.files().link(draft.real(icon), draft.view(vm).files().iconTarget());
        }
    }

    static void linkAutostart(Draft draft, String name, boolean on) {
        Path link = draft.real(WANTS + "qubes-vm@" + name + ".service");
        boolean exists = draft.planned().exists(link);
        if (on && !exists) {
            requireParent(draft, link);
            draft.files().link(link, UNIT);
        } else if (!on && exists) {
            draft.files().unlink(link);
        }
    }

    static void rename(Draft draft, String directory, String newDirectory, String oldName, String newName) {
        Path from = draft.real(directory);
        Path to = draft.real(newDirectory);
        if (draft.planned().kind(from) != Kind.DIRECTORY) {
            draft.warn(directory + " is not there; only the entry is renamed");
            return;
        }
        if (draft.planned().exists(to)) {
            throw new QubesException(
                    ErrorKind.IN_USE, newDirectory + " exists already", "move it away, or choose another name");
        }
        Path config = from.resolve(oldName + ".conf");
        if (draft.planned().exists(config)) {
            draft.files().move(config, from.resolve(newName + ".conf"));
        }
        draft.files().move(from, to);
    }

    static void remove(Draft draft, QubesVm vm) {
        String directory = draft.view(vm).files().directory();
        if (directory == null) {
            return;
        }
        if (draft.planned().kind(draft.real(directory)) == Kind.DIRECTORY) {
            draft.files().delete(draft.real(directory));
        } else {
            draft.warn(directory + " is gone already");
        }
    }
}
