package org.qubestools.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The borders of small values: the last that is allowed, and the first that is not. */
final class ValuesTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "z", "A", "Z", "a0", "a9", "aA", "aZ", "a_", "a.", "a-", "Default", "dm", "x-dm-x"})
    void namesOfVms(String name) {
        assertThat(VmName.reasonAgainst(name)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "`", "{", "@", "[", "0", "_a", "a/", "a:", "a`", "a{", "a@", "a[", "a,", "a\u00e9", "None", "TRUE",
                "False", "default", "dom0", "a-dm"
            })
    void otherTextsNameNoVm(String name) {
        assertThat(VmName.reasonAgainst(name)).isNotNull();
    }

    @Test
    void aNameHas31CharactersAtMost() {
        assertThat(VmName.reasonAgainst("n".repeat(31))).isNull();
        assertThat(VmName.reasonAgainst("n".repeat(32))).isEqualTo("longer than 31 characters");
    }

    @ParameterizedTest
    @CsvSource({"disp0, true", "disp99, true", "disp, false", "disp1a, false", "disp/, false", "disq1, false"})
    void dispAndANumberAreKeptForDisposables(String name, boolean reserved) {
        assertThat(VmName.reasonAgainst(name) == null && new VmName(name).isReservedForDisposables())
                .isEqualTo(reserved);
    }

    @ParameterizedTest
    @CsvSource({
        "09:af:AF:00:00:00, true",
        "/0:00:00:00:00:00, false",
        "0::00:00:00:00:00, false",
        "0`:00:00:00:00:00, false",
        "0g:00:00:00:00:00, false",
        "0@:00:00:00:00:00, false",
        "0G:00:00:00:00:00, false",
        "00:00:00:00:00:0, false",
        "00:00:00:00:00:000, false",
        "000:00:00:00:00:0, false"
    })
    void macAddresses(String text, boolean valid) {
        assertThat(MacAddress.isValid(text)).isEqualTo(valid);
    }

    @Test
    void aVmHasAMacAddressByItsQid() {
        assertThat(MacAddress.ofQid(0)).isEqualTo("00:16:3E:5E:6C:00");
        assertThat(MacAddress.ofQid(253)).isEqualTo("00:16:3E:5E:6C:FD");
    }

    @ParameterizedTest
    @CsvSource({
        "00:00.0, 00:00.0",
        "0000:09:1F.7, 09:1f.7",
        "aF:19.1, af:19.1",
        "00:20.0, ",
        "00:00.8, ",
        "00:00./, ",
        "00:00.0.0, ",
        "0g:00.0, ",
        "00:0:.0, ",
        "0001:00:00.0, ",
        "00-00.0, ",
        "00:00:0, "
    })
    void addressesOfPciDevices(String text, String stored) {
        PciAddress address = PciAddress.parse(text);

        assertThat(address == null ? null : address.value()).isEqualTo(stored);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "253, 253",
        "254, -1",
        "007, 7",
        "/, -1",
        ":, -1",
        "-1, -1",
        "000000000000000001, 1",
        "0000000000000000001, -1",
        "'', -1"
    })
    void ids(String text, int id) {
        assertThat(QubesVm.idOf(text)).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.4", ".4", "a b", "a~"})
    void namesOfKernels(String name) {
        assertThat(KernelName.reasonAgainst(name)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a..b", "a/b", "/", "a\u001f", "a\u007f"})
    void otherTextsNameNoKernel(String name) {
        assertThat(KernelName.reasonAgainst(name)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "/a, cdrom:dom0:/a",
        "'/a b:c', 'cdrom:dom0:/a b:c'",
        "HD:/a, hd:dom0:/a",
        "cdrom:net:/a, cdrom:net:/a",
        "net:/a, cdrom:net:/a",
        "a, ",
        ":/a, ",
        "hd:, ",
        "hd:a, ",
        "hd:dom0:a, ",
        "-x:/a, ",
        "floppy:net:/a, "
    })
    void drivesOfHvms(String text, String stored) {
        DriveSpec drive = DriveSpec.parseUser(text);

        assertThat(drive == null ? null : drive.toString()).isEqualTo(stored);
        assertThat(stored == null ? null : DriveSpec.parseStored(stored)).isEqualTo(drive);
    }

    @Test
    void aPathOfADriveHasNoControlCharacters() {
        assertThat(DriveSpec.parseUser("/a\u001f")).isNull();
        assertThat(DriveSpec.parseUser("/a\u007f")).isNull();
        assertThat(DriveSpec.parseUser("/a ~\u0080")).isNotNull();
        assertThat(DriveSpec.parseStored("cdrom")).isNull();
        assertThat(DriveSpec.parseStored("cdrom:/a")).isNull();
    }
}
