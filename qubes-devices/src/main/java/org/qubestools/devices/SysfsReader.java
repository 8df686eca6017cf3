package org.qubestools.devices;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.FileNames;

/**
 * Reads block devices from sysfs, by the layout of {@code Documentation/ABI/stable/sysfs-block} of Linux.
 *
 * <p>Devices come and go: what vanishes while it is read is not there.
 */
public final class SysfsReader {
    private static final String BLANKS = " \t\n\r";

    private final Path sys;
    private final NodeNumbers nodes;

    /** {@code nodes}: how a path below /dev becomes a number. */
    public SysfsReader(HostRoots roots, NodeNumbers nodes) {
        this.sys = roots.sys();
        this.nodes = nodes;
    }

    /** Kernel names of all block devices, disks and partitions, in natural order; empty without sysfs. */
    public List<String> names() {
        List<String> names;
        try {
            names = FileNames.in(sys.resolve("class/block"));
        } catch (IOException e) {
            return List.of(); // a system without block devices, such as a container
        }
        names.sort(NaturalOrder.INSTANCE);
        return names;
    }

    /** The device with this kernel name; empty if it is gone, or sysfs tells neither number nor size. */
    public Optional<SysfsBlock> byName(String kernelName) {
        return isName(kernelName) ? read(sys.resolve("class/block").resolve(kernelName)) : Optional.empty();
    }

    /** One step of a path, of printable ASCII. */
    private static boolean isName(String untrusted) {
        for (int i = 0; i < untrusted.length(); i++) {
            char c = untrusted.charAt(i);
            if (c <= ' ' || c > '~' || c == '/') {
                return false;
            }
        }
        return !untrusted.isEmpty() && untrusted.charAt(0) != '.';
    }

    /** Whether there still is a device with this kernel name, readable or not. */
    boolean isListed(String kernelName) {
        return isName(kernelName)
                && Files.exists(sys.resolve("class/block").resolve(kernelName), LinkOption.NOFOLLOW_LINKS);
    }

    /** The device that a path below /dev leads to, by the number of its node, whatever the path is called. */
    public Optional<SysfsBlock> byPath(String path) {
        return nodes.numberOf(path)
                .flatMap(number -> read(sys.resolve("dev/block").resolve(number.toString())));
    }

    /** The part of a file that a bound loop device, or a partition of one, has; empty for all else. */
    Optional<FileExtent> fileBehind(SysfsBlock block) {
        Optional<SysfsBlock> disk = block.parent() == null ? Optional.of(block) : byName(block.parent());
        if (disk.isEmpty() || disk.get().backingFile() == null) {
            return Optional.empty();
        }
        Path directory = sys.resolve("class/block").resolve(disk.get().kernelName());
        long offset = Math.max(0, KernelFile.number(directory.resolve("loop/offset")));
        long limit = KernelFile.number(directory.resolve("loop/sizelimit"));
        String file = new String(disk.get().backingFile().bytes(), StandardCharsets.UTF_8);
        if (!block.isPartition()) {
            return Optional.of(new FileExtent(file, offset, limit > 0 ? limit : FileExtent.ALL));
        }
        long start = KernelFile.number(directory.resolve(block.kernelName()).resolve("start"));
        boolean known = start >= 0 && start <= (Long.MAX_VALUE - offset) / SysfsBlock.SECTOR;
        return Optional.of(
                known
                        ? new FileExtent(file, offset + start * SysfsBlock.SECTOR, block.bytes())
                        : new FileExtent(file, offset, FileExtent.ALL));
    }

    /**
     * The number that the kernel gives to each binding of a device, never twice until it is started again (Linux 5.15 and
     * newer); -1 where it gives none.
     */
    long sequence(String kernelName) {
        return isName(kernelName)
                ? KernelFile.number(
                        sys.resolve("class/block").resolve(kernelName).resolve("diskseq"))
                : TextScan.NONE;
    }

    /** Kernel names of the partitions of a disk, in natural order. */
    public List<String> partitions(String disk) {
        if (!isName(disk)) {
            return List.of();
        }
        List<String> partitions = new ArrayList<>();
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(sys.resolve("class/block").resolve(disk))) {
            for (Path entry : entries) {
                if (Files.exists(entry.resolve("partition"))) {
                    partitions.add(entry.getFileName().toString());
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return List.of(); // gone
        }
        partitions.sort(NaturalOrder.INSTANCE);
        return partitions;
    }

    private Optional<SysfsBlock> read(Path link) {
        Path directory;
        try {
            directory = link.toRealPath();
        } catch (IOException e) {
            return Optional.empty(); // gone
        }
        String name = directory.getFileName().toString();
        boolean hidden = KernelFile.number(directory.resolve("hidden")) == 1;
        Optional<DeviceNumber> number = number(directory, hidden);
        long sectors = KernelFile.number(directory.resolve("size"));
        if (number.isEmpty() || sectors < 0 || sectors > Long.MAX_VALUE / SysfsBlock.SECTOR) {
            return Optional.empty();
        }
        long partition = KernelFile.number(directory.resolve("partition"));
        boolean isPartition = Files.exists(directory.resolve("partition"));
        if (!isPartition && !hidden && !Files.exists(directory.resolve("dev"))) {
            return Optional
                    .empty(); // gone meanwhile, and perhaps a partition: of all files 'dev' comes last and goes first
        }
        Path disk = isPartition ? directory.resolve("..").normalize() : directory;
        String dmName = KernelFile.value(directory.resolve("dm/name"));
        return Optional.of(new SysfsBlock(
                name,
                number.get(),
                "/dev/" + devName(directory, name),
                sectors * SysfsBlock.SECTOR,
                KernelFile.number(directory.resolve("ro")) == 1,
                KernelFile.number(directory.resolve("removable")) == 1,
                hidden,
                isPartition ? disk.getFileName().toString() : null,
                isPartition ? (int) Math.max(1, partition) : 0,
                hasEntries(directory.resolve("holders")),
                dmName == null || dmName.isEmpty() ? null : dmName,
                backingFile(directory),
                model(disk)));
    }

    /** A hidden device has no number; 0:0 is no device's. */
    private static Optional<DeviceNumber> number(Path directory, boolean hidden) {
        String dev = KernelFile.value(directory.resolve("dev"));
        if (dev == null) {
            return hidden ? Optional.of(new DeviceNumber(0, 0)) : Optional.empty();
        }
        return DeviceNumber.parse(dev);
    }

    /** Path below /dev: {@code DEVNAME} of the device's event, by which udev makes the node. */
    private static String devName(Path directory, String name) {
        String event = KernelFile.value(directory.resolve("uevent"));
        if (event != null) {
            for (String line : event.split("\n", -1)) {
                if (line.startsWith("DEVNAME=")) {
                    return line.substring("DEVNAME=".length());
                }
            }
        }
        return name.replace('!', '/');
    }

    private static boolean hasEntries(Path directory) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            return entries.iterator().hasNext();
        } catch (IOException | DirectoryIteratorException e) {
            return false; // some kinds of devices have no such directory
        }
    }

    /** The directory is there only while a file is bound; one newline at the end is the kernel's, others the name's. */
    private static @Nullable ByteText backingFile(Path directory) {
        String file = KernelFile.value(directory.resolve("loop/backing_file"));
        return file == null ? null : new ByteText(file);
    }

    private static ByteText model(Path disk) {
        String model = KernelFile.value(disk.resolve("device/model"));
        if (model == null) {
            return new ByteText("");
        }
        StringBuilder words = new StringBuilder(model.length());
        for (int i = 0; i < model.length(); i++) {
            boolean blank = BLANKS.indexOf(model.charAt(i)) >= 0;
            words.append(blank ? ' ' : model.charAt(i));
        }
        return new ByteText(words.toString().strip().replace(' ', '_'));
    }
}
