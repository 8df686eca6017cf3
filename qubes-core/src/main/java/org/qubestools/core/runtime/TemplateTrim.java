package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.AtomicFile;
import org.qubestools.core.io.DiskUsage;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmName;
import org.qubestools.core.vmm.DiskRequest;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.LiveDisk;
import org.qubestools.core.vmm.TemplateRoot;

/**
 * Gives back the room that a template's root image takes for what its file system has freed. A VM has to do that: it alone
 * looks into the file system, which the host must not.
 *
 * <p>Where scripts part a template from its image by the device-mapper, which passes nothing on of what the template
 * frees, it is a {@link TemporaryVm} based on the template, which gets the image as one more disk. Elsewhere no other VM could
 * open the image, and the template frees it itself.
 */
public final class TemplateTrim {
    private static final String FRONTEND = "xvdi";
    private static final String PREFIX = "trim-";
    private static final String IN_TEMPLATE = "fstrim -v /";

    /** The disk was just attached; reading is enough to free what is not used. */
    private static final String BESIDE =
            "i=0; until [ -b /dev/xvdi ]; do [ $i -lt 60 ] || exit 1; sleep 1; i=$((i+1)); done;"
                    + " d=$(mktemp -d) && mount -o ro /dev/xvdi $d || exit 1; fstrim -v $d; s=$?; umount $d; exit $s";

    private final RunningSystem system;
    private final RootCommand commands;
    private final QubesVm vm;
    private final TemplateFiles files;

    /**
     * Bytes on disk.
     *
     * @param root of the root image
     * @param old of what is kept from before the last commit, which is of no use after a trim
     */
    public record Usage(long root, long old) {}

    /** INVALID_VALUE for what is no template. */
    public TemplateTrim(RunningSystem system, QrexecClient commands, QubesVm vm) {
        this.system = system;
        this.commands = new RootCommand(commands);
        this.vm = vm;
        this.files = TemplateFiles.of(system, vm, "a root image to trim");
    }

    /** Whether it can be done; else says why not: the template runs, or a VM on it, or the image is not what VMs see. */
    public void check() {
        TemplateFiles.requireHalted(system, vm);
        if (!Files.isRegularFile(files.root())) {
            throw new QubesException(
                    ErrorKind.FAILED, "VM '" + vm.name() + "' has no " + files.root(), "restore it from a backup");
        }
        if (Files.isRegularFile(files.changes()) && TemplateFiles.holdsChanges(files.changes())) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "template '" + vm.name()
                            + "' has changes that were never committed, VMs start from what was before",
                    "'qvm-template-commit " + vm.name() + "' commits them");
        }
        if (isBeside(system) && system.vms().hasName(temporaryName(vm))) {
            throw new QubesException(
                    ErrorKind.IN_USE,
                    "VM '" + temporaryName(vm) + "' has the name of the VM that would be made for this",
                    "rename it with qvm-prefs");
        }
    }

    private static boolean isBeside(RunningSystem system) {
        return system.traits().templateRoot() == TemplateRoot.SNAPSHOT_SCRIPT;
    }

    private static String temporaryName(QubesVm template) {
        String name = PREFIX + template.name();
        return name.length() > VmName.MAX_LENGTH ? name.substring(0, VmName.MAX_LENGTH) : name;
    }

    /** IN_USE while a VM that a killed process left may still free what it takes for free in the template's image. */
    static void requireNoneLeft(RunningSystem system, QubesVm template) {
        String name = temporaryName(template);
        boolean left = isBeside(system)
                && !system.vms().hasName(name)
                && system.vmm()
                        .find(new DomainKey(name, null))
                        .map(DomainSnapshot::active)
                        .orElse(false);
        if (left) {
            throw new QubesException(
                    ErrorKind.IN_USE,
                    "template '" + template.name() + "' cannot start while VM '" + name + "' has its root image",
                    "'qvm-trim-template " + template.name() + "' removes that VM at its end");
        }
    }

    /** What the files take now. */
    public Usage usage() {
        Map<Path, DiskUsage> usage = DiskUsage.ofFiles(List.of(files.root(), files.old()));
        return new Usage(allocated(usage.get(files.root())), allocated(usage.get(files.old())));
    }

    private static long allocated(@Nullable DiskUsage usage) {
        return usage == null ? 0 : usage.allocated();
    }

    /** Does it, after another look; no VM stays that was not there before. */
    public void run(Endable endable) {
        if (!isBeside(system)) {
            check();
            new Errand(system).in(vm, () -> endable.run(() -> trim(vm, IN_TEMPLATE)));
            return;
        }
        try (StartLocks.Held lock = system.locks().take(vm)) {
            check();
            SavedImageDate saved = SavedImageDate.of(system, vm, files.root());
            try {
                TemporaryVm.during(system, temporaryName(vm), vm, temporary -> {
                    QrexecReadiness.require(system, temporary);
                    attach(temporary);
                    endable.run(() -> trim(temporary, BESIDE));
                });
            } finally {
                saved.keepUp();
            }
        }
    }

    /** What it says of blocks is no longer true once they are freed. */
    private void deleteOld() {
        try {
            if (Files.exists(files.old())) {
                system.place().layer().delete(files.old());
                AtomicFile.syncDirectoryOf(system.place().layer(), files.old());
            }
        } catch (IOException e) {
            throw TemplateFiles.failed(files.old(), e);
        }
    }

    private void attach(QubesVm temporary) {
        DiskRequest disk = new DiskRequest(LiveDisk.FILE, files.root().toString(), LiveDisk.DOM0, FRONTEND, false);
        system.vmm().devices().attachDisk(DomainKey.of(temporary), disk);
    }

    private void trim(QubesVm in, String command) {
        system.report().requireWanted();
        deleteOld();
        system.report().note("trimming the root image of '" + vm.name() + "' in VM '" + in.name() + "'");
        RootCommand.Ended ended = commands.run(in, command);
        if (ended.status() != 0) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the root image of template '" + vm.name() + "' could not be trimmed: " + ended.described("fstrim"),
                    "the template must have the program fstrim, and a file system that knows free blocks");
        }
    }
}
