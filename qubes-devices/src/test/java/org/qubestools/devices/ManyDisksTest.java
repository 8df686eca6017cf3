package org.qubestools.devices;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host with 700 SCSI disks, some of which sysfs tells nonsense of. */
final class ManyDisksTest {
    private static final int DISKS = 700;

    private final Map<String, DeviceNumber> nodes = new HashMap<>();
    private final List<String> names = new ArrayList<>();

    @TempDir
    private Path root;

    private HostRoots roots;

    @BeforeEach
    void layOut() throws IOException {
        roots = HostRoots.below(root);
        Files.createDirectories(roots.sys().resolve("class/block"));
        Files.createDirectories(roots.proc().resolve("self"));
        Files.createDirectories(roots.dev().resolve("disk/by-id"));
        for (int i = 0; i < DISKS; i++) {
            String name = "sd" + letters(i);
            names.add(name);
            disk(name, DeviceName.parse(name).staticNumber().orElseThrow().toString(), "204800");
        }
    }

    /** a to z, then aa and on. */
    private static String letters(int index) {
        String last = String.valueOf((char) ('a' + index % 26));
        return index < 26 ? last : letters(index / 26 - 1) + last;
    }

    private Path disk(String name, String number, String sectors) throws IOException {
        Path directory = roots.sys().resolve("class/block").resolve(name);
        Files.createDirectories(directory.resolve("holders"));
        Files.writeString(directory.resolve("dev"), number + "\n");
        Files.writeString(directory.resolve("size"), sectors + "\n");
        Files.writeString(directory.resolve("ro"), "0\n");
        DeviceNumber.parse(number).ifPresent(parsed -> nodes.put("/dev/" + name, parsed));
        link(roots.sys().resolve("dev/block"), number, directory);
        return directory;
    }

    private static void link(Path folder, String name, Path target) throws IOException {
        Files.createDirectories(folder);
        if (!name.isBlank()) {
            Files.deleteIfExists(folder.resolve(name));
            Files.createSymbolicLink(folder.resolve(name), target);
        }
    }

    private Listing<LocalDevice> scan(String... attached) {
        return new LocalScan(roots, path -> Optional.ofNullable(nodes.get(path)), drive -> true, false)
                .scan(List.of(attached));
    }

    private static List<String> listed(Listing<LocalDevice> listing) {
        return listing.devices().stream().map(device -> device.device().name()).toList();
    }

    @Test
    void allAreListedInTheirOrderWithTheirNumbers() {
        Listing<LocalDevice> listing = scan();

        assertThat(listing.refused()).isEmpty();
        assertThat(listed(listing)).hasSize(DISKS).containsExactlyInAnyOrderElementsOf(names);
        assertThat(listed(listing)).isSortedAccordingTo(NaturalOrder.INSTANCE);
        assertThat(listing.devices())
                .allSatisfy(
                        device -> assertThat(DeviceName.parse(device.device().name())
                                        .staticNumber()
                                        .orElseThrow())
                                .isEqualTo(device.facts().number()));
        assertThat(listed(scan("/dev/sdzv"))).hasSize(DISKS);
    }

    @Test
    void oddOnesAreRefusedAndTheOthersListed() throws IOException {
        Path blocks = roots.sys().resolve("class/block");
        Files.delete(blocks.resolve("sdaa/dev"));
        Files.delete(blocks.resolve("sdab/size"));
        Files.writeString(blocks.resolve("sdac/size"), "9".repeat(40) + "\n");
        Files.writeString(blocks.resolve("sdad/dev"), "8\n");
        Files.writeString(blocks.resolve("sdae/hidden"), "1\n");
        Files.delete(blocks.resolve("sdaf/dev"));
        Files.writeString(blocks.resolve("sdaf/hidden"), "1\n");
        Files.writeString(blocks.resolve("sdag/size"), "0\n");
        Files.write(blocks.resolve("sdah/dev"), new byte[] {(byte) 0xff, 0, 7});
        Files.delete(blocks.resolve("sdai/ro"));
        Files.delete(blocks.resolve("sdai/holders"));
        Files.createSymbolicLink(blocks.resolve("sdzzz"), root.resolve("went"));
        Files.writeString(blocks.resolve("uevent"), "a file\n");

        Listing<LocalDevice> listing = scan();

        Map<String, ListReason> refused = new HashMap<>();
        listing.refused().forEach(device -> refused.put(device.untrustedName(), device.reason()));
        assertThat(refused)
                .containsEntry("sdaa", ListReason.UNREADABLE)
                .containsEntry("sdab", ListReason.UNREADABLE)
                .containsEntry("sdac", ListReason.UNREADABLE)
                .containsEntry("sdad", ListReason.UNREADABLE)
                .containsEntry("sdae", ListReason.HIDDEN)
                .containsEntry("sdaf", ListReason.HIDDEN)
                .containsEntry("sdag", ListReason.NO_MEDIUM)
                .containsEntry("sdah", ListReason.UNREADABLE)
                .containsEntry("sdzzz", ListReason.UNREADABLE)
                .containsEntry("uevent", ListReason.UNREADABLE)
                .hasSize(10);
        assertThat(listed(listing)).hasSize(DISKS - 8).contains("sdai", "sda", "sdzx");
    }

    @Test
    void idsLeadToTheirDevices() throws IOException {
        Path ids = roots.dev().resolve("disk/by-id");
        for (String id : List.of("usb-Stick_12:0", "ata-x", "wwn-0x5", "nothing", "bad name")) {
            Files.createFile(ids.resolve(id));
        }
        nodes.put(DeviceIds.FOLDER + "usb-Stick_12:0", nodes.get("/dev/sdab"));
        nodes.put(DeviceIds.FOLDER + "wwn-0x5", nodes.get("/dev/sdc"));
        nodes.put(DeviceIds.FOLDER + "ata-x", nodes.get("/dev/sdc"));
        nodes.put(DeviceIds.FOLDER + "bad name", nodes.get("/dev/sdc"));
        DeviceIds known = new DeviceIds(roots, path -> Optional.ofNullable(nodes.get(path)));

        assertThat(known.all())
                .isEqualTo(Map.of("sdab", List.of("usb-Stick_12:0"), "sdc", List.of("ata-x", "wwn-0x5")));
        assertThat(known.find("usb-Stick_12:0")).contains("sdab");
        assertThat(known.find("nothing")).isEmpty();
        assertThat(known.find("../../sdc")).isEmpty();
        assertThat(new DeviceIds(HostRoots.below(root.resolve("none")), path -> Optional.empty()).all())
                .isEmpty();
    }
}
