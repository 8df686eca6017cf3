package org.qubestools.backup.create;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.create.PlannedFile.Kind;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmFiles;

/** Finds the files of the selected VMs and measures them. */
public final class BackupPlanner {
    private static final String STORE = "/var/lib/qubes/qubes.xml";

    private final VmCollection vms;
    private final Pools pools;
    private final RealPaths tree;
    private final @Nullable Path home;

    /**
     * A planner for the VMs of one store.
     *
     * @param tree where their files are
     * @param home the real home directory of the dom0 user; null if there is no such user
     */
    public BackupPlanner(VmCollection vms, Pools pools, RealPaths tree, @Nullable Path home) {
        this.vms = vms;
        this.pools = pools;
        this.tree = tree;
        this.home = home;
    }

    /**
     * The plan for the files as they are now.
     *
     * @param isRunning asked for each selected VM but dom0
     * @throws QubesException WRONG_STATE if the store says of a VM what does not allow a backup, FAILED if a file is
     *     missing without which it could not be restored
     */
    public BackupPlan plan(BackupSelection selection, BackupLayout layout, Predicate<QubesVm> isRunning) {
        List<Content> contents = new ArrayList<>();
        List<PlannedFile> files = new ArrayList<>();
        List<Path> directories = new ArrayList<>(List.of(tree.real(STORE)));
        for (QubesVm vm : selection.vms()) {
            Content content = vm.vmClass() == VmClass.ADMIN ? home(vm) : content(vm, layout);
            contents.add(content);
            files.addAll(content.files);
            // The size of format 4 is that of the archived files alone.
            if (layout != BackupLayout.R4) {
                directories.add(content.directory);
            }
        }
        Sizes sizes = Sizes.measure(files, directories);
        List<PlannedBackup> planned = new ArrayList<>();
        for (Content content : contents) {
            boolean running = content.vm.vmClass() != VmClass.ADMIN && isRunning.test(content.vm);
            List<PlannedFile> sized = new ArrayList<>();
            long archived = 0;
            for (PlannedFile file : content.files) {
                PlannedFile measured = sizes.sized(file);
                sized.add(measured);
                archived = Math.addExact(archived, measured.size());
            }
            long stored = layout == BackupLayout.R4 ? archived : sizes.of(content.directory);
            planned.add(new PlannedBackup(content.vm, content.path, sized, stored, running));
        }
        return new BackupPlan(planned, selection.leftOut(), sizes.of(tree.real(STORE)));
    }

    private Content content(QubesVm vm, BackupLayout layout) {
        VmFiles files = new VmFiles(vms, vm, pools);
        String directory = files.directory();
        String problem = problem(vm);
        if (directory == null || problem != null) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "VM '" + SafeText.of(vm.name()) + "' cannot be backed up: "
                            + Objects.requireNonNullElse(problem, "it has no directory"),
                    "correct it, or leave it out with --exclude");
        }
        String path = layout == BackupLayout.NAMES ? vm.vmClass().subdirectory() + "/" + vm.name() : "vm" + vm.qid();
        List<PlannedFile> found = VmContent.of(vm, files, directory, tree, !hasTemplate(vm), layout, path);
        return new Content(vm, path, tree.real(directory), found);
    }

    /** What of its entry would make a backup that cannot be restored, or that mixes up two VMs. */
    private @Nullable String problem(QubesVm vm) {
        if (!vm.hasGoodName() || vms.isDuplicateName(vm)) {
            return "its name is no good one, or another VM has it too";
        }
        if (vm.qid() == QubesVm.NO_QID || vms.isDuplicateQid(vm)) {
            return "its qid is no good one, or another VM has it too";
        }
        return vms.template(vm).isBroken()
                ? "its template " + vms.template(vm).shown("none") + " is missing or of the wrong kind"
                : null;
    }

    /** True if its root file system is that of a template. */
    static boolean hasTemplate(QubesVm vm) {
        String template = vm.get(Attributes.TEMPLATE);
        return vm.vmClass().templateClass() != null && template != null && !template.equalsIgnoreCase("none");
    }

    private Content home(QubesVm dom0) {
        String user = home == null ? "" : String.valueOf(home.getFileName());
        if (home == null || !Files.isDirectory(home)) {
            throw new QubesException(
                    ErrorKind.FAILED, "the home of the dom0 user is not there", "leave it out with --exclude dom0");
        }
        if (!isGoodPart(user)) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the home of the dom0 user has the name '" + SafeText.of(user)
                            + "', which cannot stand in a backup",
                    "leave it out with --exclude dom0");
        }
        String path = "dom0-home/" + user;
        PlannedFile all = new PlannedFile(home, Kind.DIRECTORY, List.of(), path, 0);
        return new Content(dom0, path, home, List.of(all));
    }

    /** A backup has room for names of ASCII without blanks only. */
    private static boolean isGoodPart(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) <= 0x20 || name.charAt(i) >= 0x7f || name.charAt(i) == '\\') {
                return false;
            }
        }
        return !name.isEmpty() && !name.contains("..") && name.length() <= 64;
    }

    private record Content(QubesVm vm, String path, Path directory, List<PlannedFile> files) {}
}
