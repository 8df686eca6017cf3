package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.vmm.DomainState;

/** {@code qvm-block --partition} and {@code --clean} with loop devices of this machine, in VMs in memory. */
final class BlockLoopToolTest extends LiveTest {
    private static final String FOLDER = "/var/run/qubes/loop-devices";
    private static final int SECTOR = 512;
    private static final int FIRST_ENTRY = 446;
    private static final int ENTRY = 16;
    private static final int TYPE = 4;
    private static final int START = 8;
    private static final int PART_SECTORS = 2048;

    @TempDir
    private Path folder;

    private Path image;

    @BeforeEach
    void startSome() throws IOException {
        runs("work", 3);
        runs("vault", 4);
        services.bringBackDatabase("dom0");
        image = folder.resolve("disk.img");
        try (FileChannel file = FileChannel.open(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(1), 8L * PART_SECTORS * SECTOR - 1);
            file.write(table(2), 0);
        }
    }

    /** A table of this many partitions, of a mebibyte each. */
    private static ByteBuffer table(int count) {
        ByteBuffer table = ByteBuffer.allocate(SECTOR).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            table.put(FIRST_ENTRY + i * ENTRY + TYPE, (byte) 0x83);
            table.putInt(FIRST_ENTRY + i * ENTRY + START, (i + 1) * PART_SECTORS);
            table.putInt(FIRST_ENTRY + i * ENTRY + START + Integer.BYTES, PART_SECTORS);
        }
        table.putShort(SECTOR - Short.BYTES, (short) 0xaa55);
        return table;
    }

    private void requireLoops() {
        assumeTrue(Files.isWritable(Path.of("/dev/loop-control")), "no right to make loop devices");
        host.withRealPrograms().asRoot();
    }

    /** Names of the loop devices that are made of our image. */
    private Set<String> bound() throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> blocks = Files.list(Path.of("/sys/class/block"))) {
            for (Path block : blocks.toList()) {
                Path backing = block.resolve("loop/backing_file");
                if (Files.exists(backing) && Files.readString(backing).strip().equals(image.toString())) {
                    names.add(block.getFileName().toString());
                }
            }
        }
        return names;
    }

    private List<String> acts() {
        return steps.stream().filter(step -> step.startsWith("libvirt attach")).toList();
    }

    private String only(Set<String> names) {
        assertThat(names).hasSize(1);
        return names.iterator().next();
    }

    @Test
    void aPartitionGoesAndComesWithItsLoopDevice() throws IOException {
        requireLoops();
        assertDone("qvm-block --force-root -A --partition 2 --ro work dom0:" + image);

        String loop = only(bound());
        assertThat(acts()).containsExactly("libvirt attach disk work xvdi dom0:/dev/" + loop + "p2 r");
        assertThat(run("qvm-block --force-root --clean").out())
                .isEqualTo(loop + "\t" + image + "\tattached to 'work' as 'xvdi'\n");
        assertFails(
                "qvm-block --force-root -A vault dom0:" + image, 1, "shares data with a disk of VM 'work' as 'xvdi'");
        Outcome other = run("qvm-block --force-root -d --partition 1 dom0:" + image);
        assertThat(other.code()).isZero();
        assertThat(other.err()).contains("partition 1 of", "is not attached to any VM");

        assertDone("qvm-block --force-root -d --partition 2 dom0:" + image);
        assertThat(bound()).isEmpty();
        assertThat(run("qvm-block --force-root --clean")).isEqualTo(new Outcome(0, "", ""));
    }

    @Test
    void whatAVmThatStoppedLeavesIsReleased() throws IOException {
        requireLoops();
        assertDone("qvm-block --force-root -A --partition 1 work dom0:" + image);
        String loop = only(bound());
        domain("work", 3, DomainState.SHUTOFF);

        assertThat(run("qvm-block --force-root --clean --dry-run").out()).isEqualTo(loop + "\t" + image + "\tunused\n");
        assertThat(bound()).containsExactly(loop);
        assertThat(run("qvm-block --force-root --clean --json").out())
                .contains("\"type\": \"loop-devices\"", "\"state\": \"unused\"", "\"cleared\": true");
        assertThat(bound()).isEmpty();
    }

    @Test
    void aPartitionThatIsNotThereLeavesNothing() throws IOException {
        requireLoops();
        assertFails("qvm-block --force-root -A --partition 3 work dom0:" + image, 1, "has no partition 3");

        assertThat(bound()).isEmpty();
        assertThat(run("qvm-block --force-root --clean")).isEqualTo(new Outcome(0, "", ""));
    }

    @Test
    void aRecordWithoutItsDeviceIsForgotten() {
        String record = "{\"device\":\"loop4099\",\"file\":\"/home/u/\\u001bx.img\",\"partition\":1,"
                + "\"vm\":\"work\",\"frontend\":null,\"boot\":\"another\",\"sequence\":5}\n";
        tree.write(FOLDER + "/loop4099", record);

        assertThat(run("qvm-block --clean --dry-run").out())
                .startsWith("loop4099\t/home/u/\\x1bx.img\tgone")
                .hasLineCount(1);
        assertThat(run("qvm-block --clean").out()).endsWith("\twas gone, record removed\n");
        assertThat(run("qvm-block --clean")).isEqualTo(new Outcome(0, "", ""));
    }

    @Test
    void wrongWordsAreWrongUsage() {
        assertRefused("qvm-block -A --partition 0 work dom0:" + image, 2, "--partition");
        assertRefused("qvm-block -A --partition 256 work dom0:" + image, 2, "--partition");
        assertRefused("qvm-block -a --partition 1 work dom0:sda", 2, "--partition goes with -A and -d only");
        assertRefused("qvm-block -d --partition 1 work", 2, "--partition goes with BACKEND:/FILE only");
        assertRefused("qvm-block --clean work", 2, "no operand expected");
        assertRefused("qvm-block --clean --watch", 2, "--watch goes with a list only");
        assertRefused("qvm-block --dry-run", 2, "--dry-run goes with --clean only");
        assertRefused("qvm-block --clean -l", 1, "only one of");
        assertRefused("qvm-block -A --partition 1 work vault:/a.img", 1, "if it is in dom0, not in a VM");
    }

    @Test
    void aHostThatLetsNobodyMakeLoopDevicesIsTold() {
        assertFails("qvm-block -A --partition 1 work dom0:" + image, 1, "losetup names no free loop device");
        assertThat(steps).contains("exec sudo -n -- losetup --find");
    }
}
