package org.qubestools.devices;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.model.PciAddress;

final class ArgumentsTest {
    private static DeviceError error(Runnable code) {
        try {
            code.run();
        } catch (DeviceException e) {
            assertThat(e.hint()).isPresent();
            assertThat(e.getMessage()).doesNotContain("\n");
            assertThat(e.kind()).isNotEqualTo(ErrorKind.PARTIAL);
            return e.error();
        }
        throw new AssertionError("no error");
    }

    @Test
    void aDeviceIsCutAtItsFirstColon() {
        assertThat(DeviceArgument.device("work:/dev/sdb")).isEqualTo(new BlockDeviceRef("work", "sdb"));
        assertThat(DeviceArgument.device("work:etherd!e1.0")).hasToString("work:etherd!e1.0");
        assertThat(error(() -> DeviceArgument.device("work:dom0:sdb"))).isEqualTo(DeviceError.INVALID_DEVICE);
        assertThat(error(() -> DeviceArgument.device("sdb"))).isEqualTo(DeviceError.MISSING_VM);
        for (String text :
                List.of(":sdb", "work:", "work:/home/x", "work:mapper/x", "work:SDB", "work:s db", "w:../x")) {
            assertThat(error(() -> DeviceArgument.device(text))).as(text).isEqualTo(DeviceError.INVALID_DEVICE);
        }
    }

    @Test
    void anIdMayHaveColons() {
        assertThat(DeviceArgument.id("dom0:usb-A_1-0:0-part1"))
                .isEqualTo(new DeviceArgument.IdInVm("dom0", "usb-A_1-0:0-part1"));
        assertThat(DeviceArgument.id("dom0:/dev/disk/by-id/ata-x").id()).isEqualTo("ata-x");
        assertThat(error(() -> DeviceArgument.id("ata-x"))).isEqualTo(DeviceError.MISSING_VM);
        for (String text : List.of("dom0:", ":x", "dom0:a/b", "dom0:../sda", "dom0:a b", "dom0:.", "dom0:x\u001b")) {
            assertThat(error(() -> DeviceArgument.id(text))).as(text).isEqualTo(DeviceError.INVALID_DEVICE);
        }
    }

    @Test
    void aNameThatListsShowCanBeNamed() {
        assertThat(DeviceArgument.device("work:sda0").device()).isEqualTo("sda0");
        assertThat(DeviceArgument.device("work:123").device()).isEqualTo("123");
    }

    @Test
    void aFileMayHaveColonsAndIsAbsolute() {
        DeviceArgument.FileInVm file = DeviceArgument.file("work:/a:b");

        assertThat(file).isEqualTo(new DeviceArgument.FileInVm("work", "/a:b"));
        assertThat(error(() -> DeviceArgument.file("work:a"))).isEqualTo(DeviceError.PATH_NOT_ABSOLUTE);
        assertThat(error(() -> DeviceArgument.file("/a"))).isEqualTo(DeviceError.MISSING_VM);
        assertThat(error(() -> DeviceArgument.file(":/a"))).isEqualTo(DeviceError.INVALID_DEVICE);
    }

    @Test
    void aDriveHasItsDefaults() {
        assertThat(DeviceArgument.drive("HD:/a:b")).hasToString("hd:dom0:/a:b");
        assertThat(error(() -> DeviceArgument.drive("cdrom:dom0:"))).isEqualTo(DeviceError.INVALID_DRIVE);
    }

    @Test
    void aModeIsOneLetter() {
        assertThat(DeviceMode.parse("r")).isEqualTo(DeviceMode.READ_ONLY);
        assertThat(DeviceMode.parse("w")).hasToString("w");
        assertThat(error(() -> DeviceMode.parse("W"))).isEqualTo(DeviceError.INVALID_MODE);
    }

    @Test
    void sizesArePowersOf1024() {
        assertThat(DeviceSize.parse(" 007\t kIb\n")).isEqualTo(7168);
        assertThat(DeviceSize.parse("8388607T")).isEqualTo(8388607L << 40);
        assertThat(DeviceSize.parse("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
        for (String text : List.of("", " ", "K", "-1", "+1", "1.5G", "1B", "1P", "1Kii", "1KiBx", "8388608T", "1 0")) {
            assertThat(error(() -> DeviceSize.parse(text))).as(text).isEqualTo(DeviceError.INVALID_SIZE);
        }
        assertThat(error(() -> DeviceSize.parse("9".repeat(100_000)))).isEqualTo(DeviceError.INVALID_SIZE);
    }

    @Test
    void aPciAddressMayHaveADomain() {
        PciName name = PciName.parse("00A1_0b:1F.7");

        assertThat(name).hasToString("00a1:0b:1f.7");
        assertThat(name.nodeDevice()).isEqualTo("pci_00a1_0b_1f_7");
        assertThat(name.stored()).isEmpty();
        assertThat(PciName.parse("0000:00:1f.2").stored()).isEqualTo(Optional.of(new PciAddress("00:1f.2")));
        for (String text : List.of("", "00:20.0", "00:1f.8", "0:1f.2", "00:1f.2 ", "0000:00:1f", "00:1f.\u0662")) {
            assertThat(error(() -> PciName.parse(text))).as(text).isEqualTo(DeviceError.INVALID_PCI_ADDRESS);
        }
    }

    @Test
    void anErrorTellsWhomItConcerns() {
        DeviceException error = DeviceException.of(DeviceError.LIBVIRT, "no")
                .vm("work")
                .device("dom0:sdb")
                .frontend("xvdi")
                .libvirtCode(99)
                .cause(new IllegalStateException())
                .build();

        assertThat(error.vm()).contains("work");
        assertThat(error.device()).contains("dom0:sdb");
        assertThat(error.frontend()).contains("xvdi");
        assertThat(error.libvirtCode()).hasValue(99);
        assertThat(error.getCause()).isInstanceOf(IllegalStateException.class);
        assertThat(error.kind()).isEqualTo(ErrorKind.FAILED);
    }
}
