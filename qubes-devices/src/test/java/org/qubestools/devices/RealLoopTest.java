package org.qubestools.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real loop device with real partitions; skipped where this user gets none. */
final class RealLoopTest {
    private static final int[] PARTITIONS = {1, 2, 5, 16, 200};
    /** At most as large as the container of logical partitions. */
    private static final int CONTAINER = 3;

    private final HostRoots roots = HostRoots.real();
    private final NodeNumbers nodes = NodeNumbers.below(roots.dev());
    private final SysfsReader reader = new SysfsReader(roots, nodes);

    @TempDir
    private Path directory;

    private String node = "";
    private String name = "";

    private static boolean run(List<String> output, String... command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            output.add(e.getMessage());
            return false;
        }
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        output.addAll(text.lines().toList());
        return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    @BeforeEach
    void bind() throws IOException, InterruptedException {
        Path image = Files.createFile(directory.resolve("disk of a user.img"));
        Files.write(image, new byte[32 * 1024 * 1024]);
        List<String> output = new ArrayList<>();
        boolean bound = run(output, "losetup", "--find", "--show", image.toString());
        assumeTrue(bound, "no loop device: " + output);
        node = output.get(0);
        name = node.substring("/dev/".length());
        for (int partition : PARTITIONS) {
            add(partition, 200);
        }
        add(CONTAINER, 2);
    }

    private void add(int partition, int sectors) throws IOException, InterruptedException {
        List<String> output = new ArrayList<>();
        String start = String.valueOf(2048 + partition * 256);
        boolean added = run(output, "addpart", node, String.valueOf(partition), start, String.valueOf(sectors));
        assumeTrue(added, "no partitions: " + output);
    }

    @AfterEach
    void release() throws IOException, InterruptedException {
        if (!node.isEmpty()) {
            List<String> output = new ArrayList<>();
            for (int partition : PARTITIONS) {
                run(output, "delpart", node, String.valueOf(partition));
            }
            run(output, "delpart", node, String.valueOf(CONTAINER));
            assertThat(run(output, "losetup", "--detach", node))
                    .as(output.toString())
                    .isTrue();
        }
    }

    private List<String> listed(String... attached) {
        return new LocalScan(HostRoots.real(), false)
                .scan(List.of(attached)).devices().stream()
                        .map(device -> device.device().name())
                        .filter(device -> device.equals(name) || device.startsWith(name + "p"))
                        .toList();
    }

    private List<Refused> refused(String... attached) {
        return new LocalScan(HostRoots.real(), false)
                .scan(List.of(attached)).refused().stream()
                        .filter(refused -> refused.untrustedName().equals(name)
                                || refused.untrustedName().startsWith(name + "p"))
                        .toList();
    }

    @Test
    void partitionsAreToldFromTheirDiskBySysfsAndByName() {
        assertThat(reader.partitions(name))
                .containsExactly(name + "p1", name + "p2", name + "p3", name + "p5", name + "p16", name + "p200");
        SysfsBlock last = reader.byPath(node + "p200").orElseThrow();

        assertThat(last.parent()).isEqualTo(name);
        assertThat(last.number().major()).as("where loop partitions are").isIn(7, 259);
        assertThat(nodes.numberOf(node + "p200")).contains(last.number());
        assertThat(DeviceName.parse(last.kernelName()).wholeDisk()).isEqualTo(name);
        assertThat(DevicePlaces.of(reader).overlap(node, node + "p200")).isTrue();
        assertThat(DevicePlaces.of(reader).overlap(node + "p2", node + "p200")).isFalse();
    }

    @Test
    void theListFollowsWhatIsAttached() {
        assertThat(listed()).containsExactly(name, name + "p1", name + "p2", name + "p5", name + "p16", name + "p200");
        assertThat(refused()).containsExactly(new Refused(name + "p3", ListReason.EXTENDED_CONTAINER));

        assertThat(listed(node)).containsExactly(name);
        assertThat(refused(node + "p5")).contains(new Refused(name, ListReason.PARTITION_ATTACHED));
    }

    @Test
    void theDescriptionIsTheFile() {
        SysfsBlock block = reader.byName(name).orElseThrow();

        assertThat(block.backingFile())
                .isEqualTo(
                        ByteText.ofUtf8(directory.resolve("disk of a user.img").toString()));
        assertThat(listed(directory.resolve("disk of a user.img").toString())).containsExactly(name);
    }
}
