package org.qubestools.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real loop devices with real partition tables; skipped where this user gets none. */
final class RealTablesTest {
    private final HostRoots roots = HostRoots.real();
    private final NodeNumbers nodes = NodeNumbers.below(roots.dev());
    private final SysfsReader reader = new SysfsReader(roots, nodes);

    @TempDir
    private Path directory;

    private String node = "";

    private static boolean run(List<String> output, String... command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            output.add(e.getMessage());
            return false;
        }
        output.addAll(process.inputReader(StandardCharsets.UTF_8).lines().toList());
        return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    /** Its partitions are in the kernel, by its own reader of tables or by that of the system's tools. */
    private String bind(Path image) throws IOException, InterruptedException {
        List<String> output = new ArrayList<>();
        assumeTrue(
                run(output, "losetup", "--find", "--show", "--partscan", image.toString()),
                () -> "no loop device: " + output);
        node = output.get(0);
        String name = node.substring("/dev/".length());
        if (reader.partitions(name).isEmpty()) {
            assumeTrue(run(output, "partx", "--add", node), () -> "no partitions: " + output);
        }
        return name;
    }

    @AfterEach
    void release() throws IOException, InterruptedException {
        if (!node.isEmpty()) {
            run(new ArrayList<>(), "partx", "--delete", node);
            run(new ArrayList<>(), "losetup", "--detach", node);
        }
    }

    private static Listing<LocalDevice> scan() {
        return new LocalScan(HostRoots.real(), false).scan(List.of());
    }

    private static String beginning(String path) throws IOException {
        try (InputStream device = Files.newInputStream(Path.of(path))) {
            return new String(device.readNBytes(PartitionTable.marker(1).length()), StandardCharsets.US_ASCII);
        }
    }

    @ParameterizedTest
    @CsvSource({"mbr,1", "mbr,4", "mbr,15", "mbr,20", "gpt,1", "gpt,4", "gpt,15", "gpt,20"})
    void eachPartitionIsListedWithItsOwnBytes(String kind, int partitions) throws Exception {
        Path image = directory.resolve("disk.img");
        List<Integer> numbers = PartitionTable.write(image, kind.equals("gpt"), partitions);
        String disk = bind(image);

        Listing<LocalDevice> listing = scan();

        List<BlockDevice> listed = listing.devices().stream()
                .map(LocalDevice::device)
                .filter(device -> device.name().startsWith(disk + "p"))
                .toList();
        assertThat(listed)
                .extracting(BlockDevice::name)
                .containsExactlyElementsOf(
                        numbers.stream().map(number -> disk + "p" + number).toList());
        assertThat(listing.devices())
                .extracting(device -> device.device().name())
                .contains(disk);
        for (int i = 0; i < listed.size(); i++) {
            String path = listed.get(i).path();
            SysfsBlock block = reader.byPath(path).orElseThrow();
            assertThat(beginning(path)).isEqualTo(PartitionTable.marker(numbers.get(i)));
            assertThat(block.parent()).isEqualTo(disk);
            assertThat(block.number()).isEqualTo(nodes.numberOf(path).orElseThrow());
            assertThat(DeviceName.parse(block.kernelName()).wholeDisk()).isEqualTo(disk);
        }
        List<Refused> containers = listing.refused().stream()
                .filter(refused -> refused.untrustedName().startsWith(disk + "p"))
                .toList();
        List<Refused> container = List.of(new Refused(disk + "p4", ListReason.EXTENDED_CONTAINER));
        assertThat(containers).isEqualTo(partitions > numbers.size() ? container : List.of());
    }

    @Test
    void aDeviceThatComesAndGoesBreaksNoList() throws Exception {
        Path image = directory.resolve("disk.img");
        List<Integer> numbers = PartitionTable.write(image, false, 20);
        String disk = bind(image);
        AtomicBoolean over = new AtomicBoolean();
        List<String> failures = new ArrayList<>();
        Thread owner = new Thread(() -> {
            try {
                for (int round = 0; round < 20; round++) {
                    run(failures, "partx", "--delete", node);
                    run(failures, "partx", "--add", node);
                }
                run(failures, "partx", "--delete", node);
                run(failures, "losetup", "--detach", node);
            } catch (IOException | InterruptedException e) {
                failures.add(e.toString());
            } finally {
                over.set(true);
            }
        });

        owner.start();
        int lists = 0;
        while (!over.get()) {
            Listing<LocalDevice> listing = scan();
            assertThat(ofDisk(listing, disk).map(LocalDevice::device).map(BlockDevice::name))
                    .isSubsetOf(Stream.concat(Stream.of(disk), numbers.stream().map(number -> disk + "p" + number))
                            .toList());
            assertThat(ofDisk(listing, disk).map(LocalDevice::device).filter(device -> device.size() <= 0))
                    .isEmpty();
            lists++;
        }
        owner.join();

        assertThat(failures).isEmpty();
        assertThat(lists).isPositive();
        assertThat(ofDisk(scan(), disk)).isEmpty();
    }

    private static Stream<LocalDevice> ofDisk(Listing<LocalDevice> listing, String disk) {
        return listing.devices().stream()
                .filter(device -> device.device().name().equals(disk)
                        || device.device().name().startsWith(disk + "p"));
    }
}
