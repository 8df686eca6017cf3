package org.qubestools.devices;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.core.vmm.HostDevice;

/** USB devices of the host, whose descriptions are theirs to choose. */
final class SysfsUsbTest {
    @TempDir
    private Path folder;

    private SysfsUsb usb;

    @BeforeEach
    void stick() throws IOException {
        usb = new SysfsUsb(folder);
        device("2-1.4");
    }

    private void device(String port) throws IOException {
        Files.createDirectories(folder.resolve(port));
        set(port, "idVendor", "046a\n");
        set(port, "idProduct", "00F1\n");
        set(port, "busnum", "2\n");
        set(port, "devnum", "7\n");
        set(port, "bDeviceClass", "00\n");
    }

    private void set(String port, String name, String value) throws IOException {
        Files.writeString(folder.resolve(port).resolve(name), value);
    }

    @Test
    void allDevicesAreListedByPort() throws IOException {
        device("2-10");
        device("10-1");
        device("2-2");
        device("usb1");
        device("2-2:1.0");

        assertThat(usb.all()).extracting(SysfsUsb.HostUsb::port).containsExactly("2-1.4", "2-2", "2-10", "10-1");
        assertThat(new SysfsUsb(folder.resolve("none")).all()).isEmpty();
    }

    @Test
    void aDeviceHasItsPlaceAndSaysWhatItIs() throws IOException {
        set("2-1.4", "manufacturer", "A  B\u001b\n");
        set("2-1.4", "serial", "123\n");

        SysfsUsb.HostUsb found = usb.find("2-1.4").orElseThrow();

        assertThat(found.place()).isEqualTo(new HostDevice.Usb(2, 7));
        assertThat(found.description())
                .startsWith("046a:00F1 A__B")
                .endsWith("_123")
                .matches("[ -~]+");
        set("2-1.4", "product", "x".repeat(300));
        assertThat(usb.find("2-1.4").orElseThrow().description()).hasSize(255);
    }

    @Test
    void aDeviceThatSaysNothingHasItsNumbers() {
        assertThat(usb.find("2-1.4").orElseThrow().description()).isEqualTo("046a:00F1");
    }

    @ParameterizedTest
    @CsvSource({
        "bDeviceClass, 09",
        "idVendor, 046",
        "idVendor, 046a1",
        "idProduct, 00g1",
        "idProduct, ''",
        "busnum, 0",
        "busnum, 65536",
        "devnum, 0",
        "devnum, -1",
        "devnum, 65536",
        "devnum, x"
    })
    void hubsAndWhatIsNotToldInFullAreLeftOut(String name, String value) throws IOException {
        set("2-1.4", name, value);

        assertThat(usb.find("2-1.4")).isEmpty();
        assertThat(usb.all()).isEmpty();
    }

    @Test
    void numbersGoTo65535() throws IOException {
        set("2-1.4", "busnum", "65535\n");
        set("2-1.4", "devnum", "65535\n");

        assertThat(usb.find("2-1.4").orElseThrow().place()).isEqualTo(new HostDevice.Usb(65535, 65535));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "-", "-1", "2-", "2-.4", "2-1.", "2-1..4", "2-1_4", "x-1", "2-1.x", "2-/", "2-:", "../2-1.4"
            })
    void whatIsNoPortIsNotLookedFor(String port) throws IOException {
        if (!port.contains("/")) {
            device(port);
        }

        assertThat(usb.find(port)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0-9", "9-0", "12-10.99"})
    void portsAreDigitsWithADashAndDots(String port) throws IOException {
        device(port);

        assertThat(usb.find(port)).isPresent();
    }
}
