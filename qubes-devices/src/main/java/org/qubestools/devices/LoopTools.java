package org.qubestools.devices;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.runtime.HostProgram;
import org.qubestools.core.runtime.Programs;

/**
 * Loop devices of this host: made and released by {@code losetup} and {@code partx} of util-linux, looked at in sysfs.
 */
final class LoopTools {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String DELETED = " (deleted)";

    private final Programs programs;
    private final Map<String, String> settings;
    private final List<String> asRoot;
    private final HostRoots roots;
    private final NodeNumbers nodes;
    private final SysfsReader sysfs;

    /**
     * The devices that {@code roots} tell of.
     *
     * @param settings places of programs, see {@link HostProgram}
     * @param root whether this process may do it itself; else by sudo, which is not let ask for a password
     */
    LoopTools(Programs programs, Map<String, String> settings, boolean root, HostRoots roots, NodeNumbers nodes) {
        this.programs = programs;
        this.settings = settings;
        this.asRoot = root ? List.of() : List.of("sudo", "-n", "--");
        this.roots = roots;
        this.nodes = nodes;
        this.sysfs = new SysfsReader(roots, nodes);
    }

    /** Kernel name of the loop device that a name or a path below /dev means, or that it is a partition of. */
    static Optional<String> loopOf(String nameOrPath) {
        return DeviceName.find(nameOrPath)
                .filter(name -> name.family() == DeviceFamily.LOOP)
                .map(DeviceName::wholeDisk);
    }

    /** What is known of a device before it is bound: one that is free now, of a file that is there. */
    LoopRecord plan(String file, int partition, String vm) {
        return new LoopRecord(free(), file, partition, vm, null, boot(), inode(file), TextScan.NONE);
    }

    /** Name of a loop device that nobody uses at this moment; the kernel makes one if need be. */
    String free() {
        String output = run(HostProgram.LOSETUP, "--find").untrustedOutput().strip();
        return loopOf(output)
                .filter(loop -> output.equals("/dev/" + loop))
                .orElseThrow(() -> new QubesException(
                        ErrorKind.FAILED,
                        "losetup names no free loop device" + (output.isEmpty() ? "" : ": " + SafeText.of(output)),
                        "is the module 'loop' loaded?"));
    }

    /** Binds a device to a file and looks for partitions; false if another program took the device meanwhile. */
    boolean bind(String loop, String file, boolean readOnly) {
        List<String> words = new ArrayList<>(List.of("--partscan"));
        if (readOnly) {
            words.add("--read-only");
        }
        words.addAll(List.of("/dev/" + loop, file));
        Programs.Outcome outcome = call(HostProgram.LOSETUP, words);
        if (outcome.status() == 0) {
            return true;
        }
        if (device(loop).filter(block -> block.backingFile() != null).isPresent()) {
            return false;
        }
        throw failed("losetup", outcome);
    }

    /** A partition; where the kernel does not know the kind of table, partx reads it. Empty if there is none. */
    Optional<SysfsBlock> partition(String loop, int number) {
        String name = loop + "p" + number;
        Optional<SysfsBlock> scanned = device(name);
        if (scanned.isPresent()) {
            return scanned;
        }
        call(HostProgram.PARTX, List.of("--add", "--nr", Integer.toString(number), "/dev/" + loop));
        return device(name);
    }

    /** Numbers of all partitions that a device has now. */
    List<Integer> partitions(String loop) {
        List<Integer> numbers = new ArrayList<>();
        for (String name : sysfs.partitions(loop)) {
            device(name).ifPresent(block -> numbers.add(block.partitionNumber()));
        }
        return numbers;
    }

    /** Asks for a device to be unbound; one that is in use goes when its last user closes it. */
    void release(String loop) {
        Programs.Outcome outcome = call(HostProgram.LOSETUP, List.of("--detach", "/dev/" + loop));
        if (outcome.status() != 0 && isBound(loop)) {
            throw failed("losetup", outcome);
        }
    }

    Optional<SysfsBlock> device(String name) {
        return sysfs.byName(name);
    }

    boolean isBound(String loop) {
        return device(loop).filter(block -> block.backingFile() != null).isPresent();
    }

    /** See {@link SysfsReader#sequence}. */
    long sequence(String loop) {
        return sysfs.sequence(loop);
    }

    /** The run of this kernel; empty where it does not tell. */
    String boot() {
        String id = KernelFile.value(roots.proc().resolve("sys/kernel/random/boot_id"));
        return id == null ? "" : id;
    }

    /**
     * Whether the device is bound as the record says: by this very binding where the kernel counts these and its number was
     * written down, else to that very file, whatever it is called by now.
     */
    boolean isAsRecorded(LoopRecord record) {
        if (!record.boot().equals(boot())) {
            return false;
        }
        long now = sequence(record.loop());
        boolean counted = record.sequence() >= 0 && now >= 0;
        if (counted && record.sequence() != now) {
            return false;
        }
        return counted ? isBound(record.loop()) : isMadeOf(record);
    }

    private boolean isMadeOf(LoopRecord record) {
        String now = device(record.loop())
                .map(SysfsBlock::backingFile)
                .map(backing -> inode(new String(backing.bytes(), StandardCharsets.UTF_8)))
                .orElse("");
        boolean seen = !now.isEmpty() && !record.inode().isEmpty();
        return seen ? record.inode().equals(now) : isMadeOf(record.loop(), record.file());
    }

    /** What a file is for the kernel, under any name: its device and its number there. Empty if nothing is there to see. */
    static String inode(String path) {
        try {
            Map<String, Object> file = Files.readAttributes(Path.of(path), "unix:dev,ino");
            return file.get("dev") + ":" + file.get("ino");
        } catch (IOException | InvalidPathException e) {
            return "";
        }
    }

    /** Whether its file had this name when it was bound, or has it now. */
    boolean isOf(LoopRecord record, String file) {
        return record.file().equals(file) || isMadeOf(record.loop(), file);
    }

    /** Whether the device is bound to a file that has this name now, or had it when it was deleted. */
    private boolean isMadeOf(String loop, String file) {
        return device(loop)
                .map(SysfsBlock::backingFile)
                .filter(backing -> isFile(backing, file))
                .isPresent();
    }

    private static boolean isFile(ByteText backing, String file) {
        String name = ByteText.ofUtf8(file).latin1();
        return backing.latin1().equals(name) || backing.latin1().equals(name + DELETED);
    }

    /** Whether the host itself uses the device or one of its partitions: mounted, swapped to, part of another one. */
    boolean isUsedHere(String loop) {
        UsedNumbers used = UsedNumbers.read(roots, nodes);
        Set<String> names = new HashSet<>(sysfs.partitions(loop));
        names.add(loop);
        for (String name : names) {
            Optional<SysfsBlock> block = device(name);
            if (block.isPresent()
                    && (block.get().held()
                            || used.mounted().contains(block.get().number())
                            || used.swaps().contains(block.get().number()))) {
                return true;
            }
        }
        return false;
    }

    private Programs.Outcome run(HostProgram program, String... words) {
        Programs.Outcome outcome = call(program, List.of(words));
        if (outcome.status() != 0) {
            throw failed(program.in(settings), outcome);
        }
        return outcome;
    }

    private Programs.Outcome call(HostProgram program, List<String> words) {
        List<String> command = new ArrayList<>(List.of(program.in(settings)));
        command.addAll(words);
        return programs.run(Programs.Command.of(command).after(asRoot).within(LIMIT));
    }

    private static QubesException failed(String program, Programs.Outcome outcome) {
        String text = outcome.untrustedErrors().strip();
        String last = SafeText.of(text.substring(text.lastIndexOf('\n') + 1));
        return new QubesException(
                ErrorKind.FAILED,
                program + " failed" + (last.isEmpty() ? " with status " + outcome.status() : ": " + last),
                "may you use loop devices?");
    }
}
