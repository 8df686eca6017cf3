package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A real loop device with two partitions; the kernel is told of them by number, so it needs to know no table. */
final class LoopDevice implements AutoCloseable {
    private static final int SECTOR = 512;
    private static final int FIRST = 2048;
    private static final int COUNT = 2048;
    private static final int PARTITIONS = 2;

    private final String node;

    private LoopDevice(String node) {
        this.node = node;
    }

    /** Binds a new file whose first partition begins with {@code marker}; skips the test where that cannot be. */
    static LoopDevice makeOrSkip(Path file, String marker) throws Exception {
        Assumptions.assumeTrue(Files.isWritable(Path.of("/dev/loop-control")), "no right to make loop devices");
        try (RandomAccessFile image = new RandomAccessFile(file.toString(), "rw")) {
            image.setLength((long) (FIRST + PARTITIONS * COUNT) * SECTOR);
            image.seek((long) FIRST * SECTOR);
            image.write(marker.getBytes(StandardCharsets.US_ASCII));
        }
        List<String> output = new ArrayList<>();
        Assumptions.assumeTrue(
                run(output, "losetup", "--find", "--show", file.toString()) == 0, () -> "losetup: " + output);
        LoopDevice device = new LoopDevice(output.get(0));
        run(output, "partx", "--delete", device.node); // what an earlier user of the device has left
        output.clear();
        for (int part = 1; part <= PARTITIONS; part++) {
            String first = Integer.toString(FIRST + (part - 1) * COUNT);
            int made = run(output, "addpart", device.node, Integer.toString(part), first, Integer.toString(COUNT));
            if (made != 0 || !Files.exists(Path.of(device.partition(part)))) {
                device.close();
                Assumptions.abort("the kernel makes no partition of a loop device: " + output);
            }
        }
        return device;
    }

    /** Path of the whole device. */
    String node() {
        return node;
    }

    /** Path of its first partition. */
    String partition() {
        return partition(1);
    }

    private String partition(int number) {
        return node + "p" + number;
    }

    /** Name of the first partition in lists. */
    String partitionName() {
        return partition().substring("/dev/".length());
    }

    @Override
    public void close() throws IOException, InterruptedException {
        for (int part = 1; part <= PARTITIONS; part++) {
            run(new ArrayList<>(), "delpart", node, Integer.toString(part));
        }
        assertThat(run(new ArrayList<>(), "losetup", "-d", node)).isZero();
    }

    private static int run(List<String> output, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        output.addAll(process.inputReader(StandardCharsets.UTF_8).lines().toList());
        return process.waitFor();
    }
}
