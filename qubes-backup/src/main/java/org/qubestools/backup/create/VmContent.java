package org.qubestools.backup.create;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.create.PlannedFile.Kind;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmFiles;

/** The files of one VM that go into a backup, in the order of the archive; their sizes are not known yet. */
final class VmContent {
    /** A name of format 4 for all small files that only our restore wants. */
    static final String R3_FILES = "r3-files";

    private static final int MAX_LINKS = 8;
    private static final String PRIVATE = "private.img";
    private static final String ROOT = "root.img";
    private static final String FIREWALL = "firewall.xml";
    private static final String WHITELIST = "whitelisted-appmenus.list";
    private static final Set<String> NOT_IN_R3_FILES =
            Set.of(ROOT, PRIVATE, "volatile.img", "root-cow.img", "root-cow.img.old", FIREWALL, WHITELIST);

    private final QubesVm vm;
    private final VmFiles files;
    private final String directory;
    private final RealPaths tree;
    private final boolean standalone;
    private final String prefix;
    private final List<PlannedFile> found = new ArrayList<>();

    private VmContent(QubesVm vm, VmFiles files, String directory, RealPaths tree, boolean standalone, String path) {
        this.vm = vm;
        this.files = files;
        this.directory = directory;
        this.tree = tree;
        this.standalone = standalone;
        this.prefix = path + "/";
    }

    /**
     * Looks at what is there.
     *
     * @param directory of the VM, below the root
     * @param standalone it has no template
     * @param path of the VM inside the backup
     * @throws QubesException FAILED if a file is missing without which the VM cannot be restored
     */
    static List<PlannedFile> of(
            QubesVm vm,
            VmFiles files,
            String directory,
            RealPaths tree,
            boolean standalone,
            BackupLayout layout,
            String path) {
        VmContent content = new VmContent(vm, files, directory, tree, standalone, path);
        if (layout == BackupLayout.R4) {
            content.forR4();
        } else if (vm.vmClass().isTemplate()) {
            content.wholeTemplate();
        } else {
            content.forR3();
        }
        return content.found;
    }

    private void forR3() {
        image(PRIVATE);
        if (vm.vmClass().isAppVmLike()) {
            file("icon.png", files.icon());
        }
        if (standalone) {
            directory("apps.templates");
            if (!isDirectory("apps.templates")) {
                directory("apps");
            }
        }
        directory("kernels");
        file(FIREWALL, files.firewall());
        file(WHITELIST, directory + "/" + WHITELIST);
        if (standalone) {
            image(ROOT);
        }
    }

    private void wholeTemplate() {
        requireFile(ROOT);
        if (vm.vmClass() == VmClass.TEMPLATE) {
            requireFile(PRIVATE);
        }
        add(tree.real(directory), Kind.DIRECTORY, List.of(), ".");
    }

    private void forR4() {
        if (standalone) {
            image(ROOT);
        }
        boolean mayLack = vm.vmClass() == VmClass.TEMPLATE_HVM && regularFile(directory + "/" + PRIVATE) == null;
        if (!mayLack) {
            image(PRIVATE);
        }
        file(FIREWALL, files.firewall());
        file(WHITELIST, directory + "/" + WHITELIST);
        List<String> rest = vm.vmClass().isTemplate() ? restOfTemplate() : restOfVm();
        if (!rest.isEmpty()) {
            add(tree.real(directory), Kind.SELECTION, rest, R3_FILES);
        }
    }

    private List<String> restOfVm() {
        List<String> rest = new ArrayList<>();
        boolean icon = vm.vmClass().isAppVmLike()
                && Files.exists(tree.real(directory + "/icon.png"), LinkOption.NOFOLLOW_LINKS);
        if (icon) {
            rest.add("icon.png");
        }
        if (standalone) {
            String apps = isDirectory("apps.templates") ? "apps.templates" : "apps";
            if (isDirectory(apps)) {
                rest.add(apps);
            }
        }
        if (isDirectory("kernels")) {
            rest.add("kernels");
        }
        return rest;
    }

    private List<String> restOfTemplate() {
        List<String> rest = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(tree.real(directory))) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                boolean kept = Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
                        || Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)
                        || Files.isSymbolicLink(entry);
                if (kept && !NOT_IN_R3_FILES.contains(name)) {
                    rest.add(name);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": " + e.getMessage(), e);
        }
        Collections.sort(rest);
        return rest;
    }

    private void image(String name) {
        add(requireFile(name), Kind.FILE, List.of(), name);
    }

    private void file(String name, @Nullable String path) {
        Path real = path == null ? null : regularFile(path);
        if (real != null) {
            add(real, Kind.FILE, List.of(), name);
        }
    }

    private void directory(String name) {
        if (isDirectory(name)) {
            add(tree.real(directory + "/" + name), Kind.DIRECTORY, List.of(), name);
        }
    }

    private boolean isDirectory(String name) {
        return Files.isDirectory(tree.real(directory + "/" + name), LinkOption.NOFOLLOW_LINKS);
    }

    private Path requireFile(String name) {
        Path real = regularFile(directory + "/" + name);
        if (real == null) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "VM '" + SafeText.of(vm.name()) + "' cannot be backed up: there is no file "
                            + SafeText.of(directory + "/" + name),
                    "leave the VM out with --exclude");
        }
        return real;
    }

    /** Where the file really is, links followed below the root; null if there is none. */
    private @Nullable Path regularFile(String fixedPath) {
        Path path = tree.real(fixedPath);
        for (int links = 0; links < MAX_LINKS && Files.isSymbolicLink(path); links++) {
            try {
                Path target = Files.readSymbolicLink(path);
                path = target.isAbsolute() ? tree.real(target.toString()) : path.resolveSibling(target);
            } catch (IOException e) {
                throw new UncheckedIOException(fixedPath + ": " + e.getMessage(), e);
            }
        }
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) ? path : null;
    }

    private void add(Path source, Kind kind, List<String> entries, String name) {
        found.add(new PlannedFile(source, kind, entries, prefix + name, 0));
    }
}
