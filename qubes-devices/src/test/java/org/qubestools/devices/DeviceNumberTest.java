package org.qubestools.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class DeviceNumberTest {
    @Test
    void aNodeHasTwelveBitsOfMajorAndTwentyOfMinor() {
        assertThat(DeviceNumber.ofNode(0x10072CL)).isEqualTo(new DeviceNumber(7, 300));
        assertThat(DeviceNumber.ofNode(0xffffffffL)).isEqualTo(new DeviceNumber(4095, 1048575));
        assertThat(DeviceNumber.ofNode(0x0803L)).isEqualTo(new DeviceNumber(8, 3));
        assertThat(DeviceNumber.ofNode(0x1000_0000_0000L)).isEqualTo(new DeviceNumber(4096, 0));
    }

    @Test
    void sysfsIsDecimal() {
        assertThat(DeviceNumber.parse("259:0")).contains(new DeviceNumber(259, 0));
    }

    @Test
    void otherTextIsNoNumber() {
        for (String text : new String[] {"", ":", "8", "8:", ":8", "8:1:2", "-1:0", "8:1 ", "08:1", "9999999999:0"}) {
            assertThat(DeviceNumber.parse(text)).as(text).isEmpty();
        }
        assertThatThrownBy(() -> new DeviceNumber(-1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
