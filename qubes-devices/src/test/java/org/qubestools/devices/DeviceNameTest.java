package org.qubestools.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qubestools.fixtures.Fixtures;

final class DeviceNameTest {
    private static String number(String name) {
        return DeviceName.parse(name).staticNumber().map(DeviceNumber::toString).orElse("dynamic");
    }

    private static DeviceError error(String name) {
        try {
            DeviceName.parse(name);
        } catch (DeviceException e) {
            return e.error();
        }
        throw new AssertionError(name + " is a name");
    }

    @Test
    void everyRecordedScsiDiskHasItsNumber() {
        List<String> rows = new String(Fixtures.bytes("devices/sd-numbers.csv"), StandardCharsets.UTF_8)
                .lines()
                .skip(1)
                .toList();

        assertThat(rows).hasSizeGreaterThan(300);
        assertThat(rows).allSatisfy(row -> {
            String[] cells = row.split(",", -1);
            assertThat(number(cells[0])).isEqualTo(cells[1] + ":" + cells[2]);
        });
    }

    @Test
    void bothSpellingsOfASlashAreOneName() {
        DeviceName name = DeviceName.parse("/dev/cciss/c1d2p3");

        assertThat(name).isEqualTo(DeviceName.parse("cciss!c1d2p3"));
        assertThat(name).hasSameHashCodeAs(DeviceName.parse("cciss!c1d2p3"));
        assertThat(name.node()).isEqualTo("/dev/cciss/c1d2p3");
        assertThat(name.wholeDisk()).isEqualTo("cciss!c1d2");
        assertThat(name).hasToString("cciss!c1d2p3");
    }

    @Test
    void aDiskThatEndsInADigitMarksItsPartitions() {
        assertThat(DeviceName.parse("nvme0n1p12").partition()).hasValue(12);
        assertThat(DeviceName.parse("mmcblk0boot0p1").wholeDisk()).isEqualTo("mmcblk0boot0");
        assertThat(DeviceName.parse("sda12").partition()).hasValue(12);
        assertThat(error("nvme0n12p")).isEqualTo(DeviceError.INVALID_NAME);
    }

    @Test
    void familiesWithoutPartitionsHaveNone() {
        assertThat(List.of("dm-0p1", "sr0p1", "scd0p1", "fd0p1", "ram0p1"))
                .allSatisfy(name -> assertThat(error(name)).isEqualTo(DeviceError.INVALID_NAME));
    }

    @Test
    void aFamilysBeginningIsNoOtherName() {
        assertThat(List.of("sd", "xvd", "vd1", "hdu", "mmcblk", "nvme0", "loopback", "mdx", "nbd", "dm-a", "srv"))
                .allSatisfy(name -> assertThat(error(name)).isEqualTo(DeviceError.INVALID_NAME));
        assertThat(List.of("scd", "fdx", "ramdisk", "zram", "nullb", "cciss", "etherd!e1"))
                .allSatisfy(name -> assertThat(error(name)).isEqualTo(DeviceError.INVALID_NAME));
        assertThat(List.of("zd", "rbdx", "pmem", "bcache", "drbd", "ida", "rd", "cdrom", "disk/by-id/usb-x"))
                .allSatisfy(name -> assertThat(DeviceName.parse(name).family()).isEqualTo(DeviceFamily.OTHER));
    }

    @Test
    void whatIsNotBelowDevIsNoName() {
        assertThat(List.of("dev/sda", "/dev//dev/sda", "/dev/mapper/root", "mapper!root", "a..b", "/dev/", ""))
                .allSatisfy(name -> assertThat(error(name)).isEqualTo(DeviceError.INVALID_NAME));
        assertThat(List.of("sda\n", "SDA", "sd\u0430", "loop\u0661", "a".repeat(32), "x".repeat(100_000)))
                .allSatisfy(name -> assertThat(error(name)).isEqualTo(DeviceError.INVALID_NAME));
        assertThat(DeviceName.parse("a".repeat(31)).family()).isEqualTo(DeviceFamily.OTHER);
    }

    @Test
    void digitsAloneAreANumber() {
        assertThat(error("51712")).isEqualTo(DeviceError.NUMERIC_DEVID);
        assertThat(error("/dev/51712")).isEqualTo(DeviceError.INVALID_NAME);
    }

    @Test
    void numbersFollowFromNames() {
        assertThat(number("loop300")).isEqualTo("7:300");
        assertThat(number("xvdp15")).isEqualTo("202:255");
        assertThat(number("xvda16")).isEqualTo("dynamic");
        assertThat(number("xvdq255")).isEqualTo("202:4351");
        assertThat(number("hdt63")).isEqualTo("91:127");
        assertThat(number("ida!c7d15p15")).isEqualTo("79:255");
        assertThat(number("rd!c0d31p7")).isEqualTo("48:255");
        assertThat(number("rd!c0d0p8")).isEqualTo("dynamic");
        assertThat(number("rd!c0d32")).isEqualTo("dynamic");
        assertThat(number("cciss!c8d0")).isEqualTo("dynamic");
        assertThat(number("fd3")).isEqualTo("2:3");
        assertThat(number("fd4")).isEqualTo("dynamic");
        assertThat(number("mmcblk0boot0")).isEqualTo("dynamic");
        assertThat(number("nbd0")).isEqualTo("43:0");
        assertThat(number("etherd!e1.0p1")).isEqualTo("dynamic");
    }

    @Test
    void theErrorIsOneHarmlessLine() {
        assertThatThrownBy(() -> DeviceName.parse("\u001b[2J\n"))
                .isInstanceOf(DeviceException.class)
                .hasMessage("'\\x1b[2J\\x0a' is no name of a block device");
    }
}
