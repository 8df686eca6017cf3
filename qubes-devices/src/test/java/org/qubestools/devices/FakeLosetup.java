package org.qubestools.devices;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.qubestools.core.runtime.Programs;

/** {@code losetup} and {@code partx} over a tree of files in the place of sysfs; loop devices are numbers 7:N. */
final class FakeLosetup implements Programs, NodeNumbers {
    private static final int PARTITION_MAJOR = 259;

    private final HostRoots roots;
    private final Map<Integer, String> bound = new TreeMap<>();
    private final Map<String, List<Integer>> tables = new HashMap<>();
    private final List<String> lines = new ArrayList<>();
    private final Set<Integer> busy = new HashSet<>();
    private boolean knowsTables = true;
    private int thieves;
    private int sequence = 40;
    private String failure = "";
    private MemoryHost.Watcher watcher = () -> {};

    FakeLosetup(Path root) throws IOException {
        this.roots = HostRoots.below(root);
        Files.createDirectories(roots.sys().resolve("class/block"));
        Files.createDirectories(roots.sys().resolve("dev/block"));
        Files.createDirectories(roots.proc().resolve("sys/kernel/random"));
        Files.createDirectories(roots.proc().resolve("self"));
        reboot("first");
    }

    HostRoots roots() {
        return roots;
    }

    /** Each line that was run. */
    List<String> lines() {
        return lines;
    }

    /** A file with these partitions. */
    void partitions(String file, Integer... numbers) {
        tables.put(file, List.of(numbers));
    }

    /** The kernel does not read tables; partx does. */
    void withoutParser() {
        knowsTables = false;
    }

    /** Other programs take the next free devices first. */
    void steal(int times) {
        thieves = times;
    }

    /** Each act ends with this message. */
    void failing(String message) {
        failure = message;
    }

    /** Called at the beginning of each program. */
    void watch(MemoryHost.Watcher next) {
        watcher = next;
    }

    /** Somebody whom nobody sees has the device open. */
    void open(int number) {
        busy.add(number);
    }

    /** The kernel counts from the beginning, and nothing is bound. */
    void reboot(String id) throws IOException {
        for (int number : List.copyOf(bound.keySet())) {
            unbind(number);
        }
        sequence = 40;
        Files.writeString(roots.proc().resolve("sys/kernel/random/boot_id"), id + "\n");
    }

    /** What other programs do. */
    void bindAs(int number, String file) {
        try {
            bind(number, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Somebody gives the file of a device another name. */
    void rename(int number, String file) throws IOException {
        bound.put(number, file);
        Files.writeString(disk(number).resolve("loop/backing_file"), file + "\n");
    }

    void release(int number) throws IOException {
        unbind(number);
    }

    Map<Integer, String> bound() {
        return bound;
    }

    @Override
    public Optional<DeviceNumber> numberOf(String path) {
        String name = path.startsWith("/dev/") ? path.substring("/dev/".length()) : "";
        String number = KernelFile.value(
                roots.sys().resolve("class/block").resolve(name).resolve("dev"));
        return number == null || name.isEmpty() ? Optional.empty() : DeviceNumber.parse(number);
    }

    @Override
    public Outcome run(Command command) {
        lines.add(String.join(" ", command.words()));
        watcher.lookNow();
        if (!failure.isEmpty()) {
            return new Outcome(1, "", failure);
        }
        try {
            return answer(command.command());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Outcome answer(List<String> words) throws IOException {
        String last = words.get(words.size() - 1);
        if (words.get(0).equals("partx")) {
            int number = number(last);
            int partition = Integer.parseInt(words.get(words.indexOf("--nr") + 1));
            if (!tables.getOrDefault(bound.get(number), List.of()).contains(partition)) {
                return new Outcome(1, "", "partx: specified range <" + partition + ":0> does not make sense");
            }
            partition(number, partition);
            return Outcome.OK;
        }
        if (words.contains("--find")) {
            int free = 0;
            while (bound.containsKey(free)) {
                free++;
            }
            return new Outcome(0, "/dev/loop" + free + "\n", "");
        }
        if (words.contains("--detach")) {
            int number = number(last);
            if (!busy.contains(number)) {
                unbind(number);
            }
            return Outcome.OK;
        }
        int number = number(words.get(words.size() - 2));
        if (thieves-- > 0) {
            bind(number, last);
        }
        if (bound.containsKey(number)) {
            return new Outcome(1, "", "losetup: " + last + ": failed to set up loop device: Device or resource busy");
        }
        bind(number, last);
        if (words.contains("--read-only")) {
            Files.writeString(disk(number).resolve("ro"), "1\n");
        }
        for (int partition : knowsTables ? tables.getOrDefault(last, List.of()) : List.<Integer>of()) {
            partition(number, partition);
        }
        return Outcome.OK;
    }

    private static int number(String node) {
        return Integer.parseInt(node.substring("/dev/loop".length()));
    }

    private Path disk(int number) {
        return roots.sys().resolve("class/block/loop" + number);
    }

    private void bind(int number, String file) throws IOException {
        bound.put(number, file);
        Path disk = disk(number);
        device(disk, "7:" + number, "65536");
        Files.createDirectories(disk.resolve("loop"));
        Files.write(disk.resolve("loop/backing_file"), (file + "\n").getBytes(StandardCharsets.UTF_8));
        Files.writeString(disk.resolve("loop/offset"), "0\n");
        Files.writeString(disk.resolve("loop/sizelimit"), "0\n");
        Files.writeString(disk.resolve("diskseq"), ++sequence + "\n");
    }

    private void partition(int number, int partition) throws IOException {
        String name = "loop" + number + "p" + partition;
        Path directory = disk(number).resolve(name);
        device(directory, PARTITION_MAJOR + ":" + (number * 256 + partition), "8192");
        Files.writeString(directory.resolve("partition"), partition + "\n");
        Files.writeString(directory.resolve("start"), partition * 8192 + "\n");
        Files.copy(disk(number).resolve("ro"), directory.resolve("ro"), StandardCopyOption.REPLACE_EXISTING);
        Files.createSymbolicLink(roots.sys().resolve("class/block").resolve(name), directory);
    }

    private void device(Path directory, String number, String sectors) throws IOException {
        Files.createDirectories(directory.resolve("holders"));
        Files.writeString(directory.resolve("dev"), number + "\n");
        Files.writeString(directory.resolve("size"), sectors + "\n");
        Files.writeString(directory.resolve("ro"), "0\n");
        Files.createSymbolicLink(roots.sys().resolve("dev/block").resolve(number), directory);
    }

    private void unbind(int number) throws IOException {
        bound.remove(number);
        Path blocks = roots.sys().resolve("class/block");
        try (Stream<Path> links = Files.list(blocks)) {
            for (Path link : links.filter(link -> link.getFileName().toString().startsWith("loop" + number + "p"))
                    .toList()) {
                Files.delete(link);
            }
        }
        try (Stream<Path> all = Files.walk(disk(number))) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
        try (Stream<Path> links = Files.list(roots.sys().resolve("dev/block"))) {
            for (Path link : links.filter(link -> !Files.exists(link)).toList()) {
                Files.delete(link);
            }
        }
    }
}
