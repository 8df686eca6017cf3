package org.qubestools.devices;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names of PCI devices, out of files in the form of {@code pci.ids}. */
final class PciIdsTest {
    private static final String SAMPLE = """
            # a comment
            001c  PEAK-System
            \t0001  PCAN-PCI
            8086  Intel Corporation
            \t1502  82579LM Gigabit Network Connection
            \t\t103c 1495  a computer
            \tzzzz  no number
            \t1503 one blank
            8087  Other
            \t1502  not of Intel
            C 02  Network controller
            \t00  Ethernet controller
            \t\t01  interface
            C 0c  Serial bus controller
            \t03  USB controller
            C zz  no class
            \t03  nobody's
            """;

    @TempDir
    private Path folder;

    private PciIds read(byte[] content) throws IOException {
        Path file = Files.write(folder.resolve("pci.ids"), content);
        return PciIds.read(List.of(folder.resolve("none"), file, folder), Set.of(0x8086, 0x9999));
    }

    @Test
    void namesAreThoseOfTheFile() throws IOException {
        PciIds ids = read(SAMPLE.getBytes(StandardCharsets.UTF_8));

        assertThat(ids.ofDevice(0x8086, 0x1502)).isEqualTo("Intel Corporation 82579LM Gigabit Network Connection");
        assertThat(ids.ofClass(0x020000)).isEqualTo("Ethernet controller");
        assertThat(ids.ofClass(0x028000)).isEqualTo("Network controller");
        assertThat(ids.ofClass(0x0c0330)).isEqualTo("USB controller");
    }

    @Test
    void whatIsNotInItIsANumber() throws IOException {
        PciIds ids = read(SAMPLE.getBytes(StandardCharsets.UTF_8));

        assertThat(ids.ofDevice(0x8086, 0x1503)).isEqualTo("Intel Corporation Device 1503");
        assertThat(ids.ofDevice(0x9999, 1)).isEqualTo("Vendor 9999 Device 0001");
        assertThat(ids.ofClass(0x068000)).isEqualTo("Class 0680");
        assertThat(PciIds.read(List.of(), Set.of()).ofClass(0x068000)).isEqualTo("Class 0680");
    }

    @Test
    void aDamagedFileCannotReachTheTerminal() throws IOException {
        byte[] damaged = "8086  a\u001b[2Jb\n\t1502  \u00e9\nC 02  x\rz\n\nC\n\t\n80".getBytes(StandardCharsets.UTF_8);
        PciIds ids = read(damaged);

        assertThat(ids.ofDevice(0x8086, 0x1502) + ids.ofClass(0x020000)).matches("[ -~]+");
    }

    @Test
    void devicesOfTheHostAreReadFromSysfs() throws IOException {
        device("0000:00:1f.2", "0x010601", "0x8086", "0x1e03");
        device("0000:00:02.0", "0x030000", "0x8086", null);
        device("0001:00:02.0", "0x030000", "0x8086", "0x0001");
        device("10000:e1:00.0", "0x010802", "0x8086", "0x0001"); // behind Intel's VMD: five digits
        device("0000:03:00.0", "junk", "0x8086", "0x0001");
        device("0000:04:00.0", "0x1234567", "0x8086", "0x0001");

        assertThat(HostPci.all(folder))
                .extracting(pci -> pci.address() + " " + pci.classCode() + " " + pci.vendor() + " " + pci.device())
                .containsExactly("00:02.0 " + 0x030000 + " 32902 0", "00:1f.2 " + 0x010601 + " 32902 7683");
        assertThat(HostPci.all(folder.resolve("none"))).isEmpty();
    }

    private void device(String address, String code, String vendor, String device) throws IOException {
        Path directory = Files.createDirectories(folder.resolve(address));
        Files.writeString(directory.resolve("class"), code + "\n");
        Files.writeString(directory.resolve("vendor"), vendor + "\n");
        if (device != null) {
            Files.writeString(directory.resolve("device"), device + "\n");
        }
    }
}
