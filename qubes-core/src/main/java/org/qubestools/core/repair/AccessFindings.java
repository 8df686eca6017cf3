package org.qubestools.core.repair;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.UnixStat;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmFiles;
import org.qubestools.core.store.StoreSnapshot;

/**
 * Who may do what with the store and the files of the VMs: the group has to read and write them, and nobody else may
 * write. The directory of all and the store itself have the modes of the format, exactly.
 */
final class AccessFindings {
    static final String MODE_CODE = "wrong-mode";
    static final String GROUP_CODE = "wrong-group";

    private static final int BASE_MODE = 02770;
    private static final int STORE_MODE = 0660;
    private static final int DIRECTORY_NEEDS = 0070;
    private static final int FILE_NEEDS = 0060;
    private static final int OTHERS_WRITE = 0002;

    /** What a file or directory has that it should not have, and the change. */
    record Wrong(Finding finding, AccessEdit change) {}

    private final StoreTree tree;
    private final OptionalInt group;
    private final List<Wrong> found = new ArrayList<>();

    private AccessFindings(StoreTree tree, OptionalInt group) {
        this.tree = tree;
        this.group = group;
    }

    /**
     * Everything of the tree that the wrong people have access to, or the right ones have none.
     *
     * @param group number of the store's group; empty where it is left alone
     */
    static List<Wrong> of(StoreSnapshot store, StoreTree tree, OptionalInt group) {
        AccessFindings all = new AccessFindings(tree, group);
        all.look(Pools.DEFAULT_DIRECTORY, "store", BASE_MODE);
        all.look(Pools.DEFAULT_DIRECTORY + "/qubes.xml", "store", STORE_MODE);
        for (String home : tree.homes()) {
            all.look(home, home.substring(home.lastIndexOf('/') + 1), -1);
        }
        for (QubesVm vm : store.vms().inDocumentOrder()) {
            if (vm.vmClass() != VmClass.ADMIN && vm.vmClass() != VmClass.DISPOSABLE) {
                all.vm(vm, TreeFindings.files(store, vm));
            }
        }
        return all.found;
    }

    private void vm(QubesVm vm, VmFiles files) {
        String directory = files.directory();
        if (directory == null) {
            return;
        }
        String name = SafeText.of(vm.name());
        look(directory, name, -1);
        for (String file : List.of("root.img", "root-cow.img", "private.img", "volatile.img")) {
            look(directory + "/" + file, name, -1);
        }
        look(files.firewall(), name, -1);
    }

    /** Links are left out: where they lead is another one's business. */
    private void look(@Nullable String fixedPath, String about, int exactMode) {
        Path path = fixedPath == null ? null : tree.real(fixedPath);
        if (path == null || fixedPath == null || Files.isSymbolicLink(path)) {
            return;
        }
        boolean directory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
        if (!directory && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            int mode = UnixStat.mode(path);
            int wanted =
                    exactMode >= 0 ? exactMode : (mode | (directory ? DIRECTORY_NEEDS : FILE_NEEDS)) & ~OTHERS_WRITE;
            if (mode != wanted) {
                add(
                        MODE_CODE,
                        about,
                        fixedPath,
                        "mode is " + octal(mode) + ", not " + octal(wanted),
                        "chmod " + octal(wanted),
                        new AccessEdit(fixedPath, wanted, -1));
            }
            int gid = UnixStat.gid(path);
            if (group.isPresent() && gid != group.getAsInt()) {
                String text = "its group is number " + gid + ", not " + group.getAsInt();
                AccessEdit change = new AccessEdit(fixedPath, -1, group.getAsInt());
                add(GROUP_CODE, about, fixedPath, text, "chgrp " + group.getAsInt(), change);
            }
        } catch (IOException e) {
            return; // it went away meanwhile, or cannot be looked at; who needs it is told elsewhere
        }
    }

    private void add(String code, String about, String path, String text, String command, AccessEdit change) {
        String shown = SafeText.of(path);
        found.add(
                new Wrong(Finding.problem(code, about, Finding.Place.of(shown), text, command + " " + shown), change));
    }

    static String octal(int mode) {
        return "0" + Integer.toOctalString(mode);
    }
}
