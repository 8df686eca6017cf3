package org.qubestools.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The block devices of the machine that runs the test. */
final class ThisMachineTest {
    private final HostRoots roots = HostRoots.real();
    private final NodeNumbers nodes = NodeNumbers.below(roots.dev());
    private final SysfsReader reader = new SysfsReader(roots, nodes);

    private List<SysfsBlock> blocks() {
        List<SysfsBlock> blocks = reader.names().stream()
                .map(reader::byName)
                .flatMap(Optional::stream)
                .filter(block -> !block.hidden())
                .toList();
        assumeTrue(!blocks.isEmpty(), "no block devices in /sys/class/block");
        return blocks;
    }

    @Test
    void everyNameIsTakenApartAsSysfsDoes() {
        assertThat(blocks()).allSatisfy(block -> {
            DeviceName name = DeviceName.parse(block.kernelName());
            assertThat(name.node()).isEqualTo(block.node());
            assertThat(name.wholeDisk()).isEqualTo(block.isPartition() ? block.parent() : block.kernelName());
            assertThat(name.partition())
                    .isEqualTo(block.isPartition() ? OptionalInt.of(block.partitionNumber()) : OptionalInt.empty());
        });
    }

    @Test
    void everyComputedNumberIsTheOneOfSysfsAndOfTheNode() {
        boolean spread = reader.byName("loop1")
                .map(block -> block.number().minor() != 1)
                .orElse(false); // the loop module was loaded with max_part
        assertThat(blocks()).allSatisfy(block -> {
            Optional<DeviceNumber> computed =
                    DeviceName.parse(block.kernelName()).staticNumber();
            if (computed.isPresent() && !(spread && block.family() == DeviceFamily.LOOP)) {
                assertThat(computed).contains(block.number());
            }
            nodes.numberOf(block.node()).ifPresent(number -> assertThat(number).isEqualTo(block.number()));
        });
    }

    @Test
    void theScanListsNothingThatIsMounted() {
        blocks();
        UsedNumbers used = UsedNumbers.read(roots, nodes);

        Set<String> before = new HashSet<>(reader.names());
        Listing<LocalDevice> listing = new LocalScan(HostRoots.real(), true).scan(List.of());
        before.retainAll(reader.names());

        assertThat(listing.devices())
                .noneMatch(device -> used.mounted().contains(device.facts().number()));
        Set<String> told = new HashSet<>();
        listing.devices().forEach(device -> told.add(device.facts().kernelName()));
        listing.refused().forEach(refused -> told.add(refused.untrustedName()));
        assertThat(told).as("listed or refused").containsAll(before);
    }
}
