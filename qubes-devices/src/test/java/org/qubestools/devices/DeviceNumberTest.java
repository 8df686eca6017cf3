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
    }

    @Test
    void sysfsIsDecimalAndXenstoreHexadecimal() {
        assertThat(DeviceNumber.parse("259:0")).contains(new DeviceNumber(259, 0));
        assertThat(DeviceNumber.parsePhysicalDevice("103:0")).contains(new DeviceNumber(259, 0));
        assertThat(new DeviceNumber(259, 10).physicalDevice()).isEqualTo("103:a");
    }

    @Test
    void otherTextIsNoNumber() {
        for (String text : new String[] {"", ":", "8", "8:", ":8", "8:1:2", "-1:0", "8:1 ", "08:1", "9999999999:0"}) {
            assertThat(DeviceNumber.parse(text)).as(text).isEmpty();
        }
        for (String text : new String[] {"", ":", "8", "8:", ":8", "g:0", "-1:0", "12345678:0"}) {
            assertThat(DeviceNumber.parsePhysicalDevice(text)).as(text).isEmpty();
        }
        assertThatThrownBy(() -> new DeviceNumber(-1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
