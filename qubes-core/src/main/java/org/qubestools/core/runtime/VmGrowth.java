package org.qubestools.core.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.storage.ImageGrowth;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.LiveDisk;

/**
 * Lengthens images with the file systems in them: a private image below a running VM, the file system of a root image by
 * a start of the VM for that alone.
 */
public final class VmGrowth {
    private static final String PRIVATE = "xvdb";
    private static final int SECTOR = 512;
    private static final Pattern LOOP = Pattern.compile("(?m)^(/dev/loop[0-9]+):");

    /** The guest finds the disk by its name on Xen or by its serial, and waits until it sees the new length. */
    private static final String GROW_PRIVATE = "d=" + PRIVATE + "; [ -b /dev/$d ] || for s in /sys/block/*/serial; do"
            + " [ \"$(cat $s)\" = " + PRIVATE + " ] && d=$(basename ${s%/serial}); done;"
            + " i=0; while [ $(cat /sys/block/$d/size) -lt SECTORS ] && [ $i -lt 50 ]; do"
            + " head -c 512 /dev/$d >/dev/null; sleep 0.2; i=$((i+1)); done; resize2fs /dev/$d";

    private static final String GROW_ROOT = "d=/dev/mapper/dmroot; [ -b $d ] ||"
            + " d=$(awk '$2 == \"/\" && $1 ~ \"^/dev/\" { print $1 }' /proc/mounts | tail -n 1);"
            + " [ -b \"$d\" ] || d=/dev/vda; resize2fs $d";

    private final RunningSystem system;
    private final QrexecClient commands;
    private final String losetup;
    private final Endable endable;

    /**
     * Programs are where {@code settings} say, see {@link HostProgram}.
     *
     * @param endable what waits for VMs goes through it
     */
    public VmGrowth(RunningSystem system, QrexecClient commands, Map<String, String> settings, Endable endable) {
        this.system = system;
        this.commands = commands;
        this.endable = endable;
        this.losetup = HostProgram.LOSETUP.in(settings);
    }

    /** Whether the private image of this running VM can become that long: WRONG_STATE, INVALID_VALUE. */
    public void checkPrivate(QubesVm vm, long bytes) {
        if (vm.vmClass().isHvm()) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "HVM '" + vm.name() + "' is running, its image can grow only while it is halted",
                    "shut it down first");
        }
        if (!system.traits().hotplug()) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "VM '" + vm.name() + "' is running, and its driver cannot lengthen disks then",
                    "shut it down first");
        }
        QrexecReadiness.require(system, vm);
        if (bytes % SECTOR != 0) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    bytes + " bytes are no multiple of " + SECTOR + ", which a disk in use must be",
                    "give another size");
        }
    }

    /** Does that, with the file system; FAILED if only that could not grow, which the message says. */
    public void growPrivate(QubesVm vm, Path image, String shown, long bytes) {
        if (system.traits().resizesDisks()) {
            DomainKey key = DomainKey.of(system.now(vm));
            system.vmm().devices().resizeDisk(key, target(vm, key), bytes);
        } else {
            growLoop(vm, image, shown, bytes);
        }
        String command = GROW_PRIVATE.replace("SECTORS", String.valueOf(bytes / SECTOR));
        fileSystem(vm, shown, "", () -> endable.run(() -> inVm(vm, command)));
    }

    private String target(QubesVm vm, DomainKey key) {
        for (LiveDisk disk : system.vmm().devices().disks(key).orElse(List.of())) {
            if (disk.frontend().equals(PRIVATE)) {
                return disk.target();
            }
        }
        throw new QubesException(ErrorKind.FAILED, "VM '" + vm.name() + "' has no disk " + PRIVATE + " now", null);
    }

    /** Xen has made a loop device of the file, which keeps its length until it is told. */
    private void growLoop(QubesVm vm, Path image, String shown, long bytes) {
        Programs.Outcome found = losetup("--associated", image.toString());
        Matcher loop = LOOP.matcher(found.untrustedOutput());
        if (found.status() != 0 || !loop.find()) {
            String why = found.status() == 0
                    ? "has no loop device, though the VM runs"
                    : "cannot be looked for: " + described("--associated", found);
            throw new QubesException(
                    ErrorKind.FAILED, SafeText.of(shown) + " " + why, "may you use sudo? else shut the VM down first");
        }
        ImageGrowth.grow(system.place().layer(), image, shown, bytes);
        String option = "--set-capacity " + loop.group(1);
        Programs.Outcome grown = losetup("--set-capacity", loop.group(1));
        if (grown.status() != 0) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    notItsFileSystem(shown) + described(option, grown),
                    "run 'losetup " + option + "', then resize2fs in VM '" + vm.name() + "'");
        }
    }

    private Programs.Outcome losetup(String option, String argument) {
        return system.host().programs().run(Programs.Command.of("sudo", losetup, option, argument));
    }

    private String described(String option, Programs.Outcome outcome) {
        String said = outcome.untrustedErrors().strip();
        return losetup + " " + option + " ended with status " + outcome.status()
                + (said.isEmpty() ? "" : ", " + SafeText.of(said.substring(said.lastIndexOf('\n') + 1)));
    }

    /** Starts a halted VM whose root image has grown, has it enlarge the file system, and shuts it down. */
    public void growRootInside(QubesVm vm, String shown) {
        fileSystem(
                vm,
                shown,
                "give the command once more, or ",
                () -> new Errand(system).in(vm, () -> endable.run(() -> inVm(vm, GROW_ROOT))));
    }

    private void inVm(QubesVm vm, String command) {
        RootCommand.Ended ended = new RootCommand(commands).run(vm, command);
        if (ended.status() != 0) {
            throw new QubesException(ErrorKind.FAILED, ended.described("resize2fs"), null);
        }
    }

    /** Whatever keeps the file system small is told with what has grown already. */
    private static void fileSystem(QubesVm vm, String shown, String hint, Runnable growth) {
        try {
            growth.run();
        } catch (QubesException e) {
            throw new QubesException(
                    e.kind(),
                    notItsFileSystem(shown) + e.getMessage(),
                    hint + "run resize2fs in VM '" + vm.name() + "'",
                    e);
        }
    }

    private static String notItsFileSystem(String shown) {
        return SafeText.of(shown) + " has grown, but not the file system in it: ";
    }
}
