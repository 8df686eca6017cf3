package org.qubestools.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class FrontendTest {
    @Test
    void everyNumberOfADiskComesBack() {
        for (int disk = 0; disk < 1 << 20; disk += 97) {
            String name = "xvd" + TextScan.lettersOf(disk);
            int number = FrontendNumber.encode(name);

            assertThat(FrontendNumber.decode(number)).isEqualTo(name);
            assertThat(FrontendNumber.encode("d" + disk + "p0")).isEqualTo(number);
        }
    }

    @Test
    void everyDecodedNameOfAShortNumberIsEncodedAgain() {
        int named = 0;
        for (int number = 0; number < 65536; number++) {
            try {
                assertThat(FrontendNumber.encode(FrontendNumber.decode(number))).isEqualTo(number);
                named++;
            } catch (DeviceException e) {
                assertThat(e.error()).isEqualTo(DeviceError.UNKNOWN_VDEV);
            }
        }
        assertThat(named).isEqualTo(256 + 256 + 2 * 128);
    }

    @Test
    void theLongFormIsDecodedForSmallDisksToo() {
        assertThat(FrontendNumber.decode(1 << 28)).isEqualTo("xvda");
        assertThat(FrontendNumber.decode((1 << 29) - 1)).isEqualTo("xvd" + TextScan.lettersOf(1048575) + "255");
    }

    @Test
    void otherNamesHaveNoNumber() {
        assertThat(List.of("xvd", "xvda0", "xvda01", "xvda256", "xvdA", "xvdaaaaaa", "sdq", "sda16", "hde", "hda64"))
                .allSatisfy(name -> assertThatExceptionOfType(DeviceException.class)
                        .isThrownBy(() -> FrontendNumber.encode(name))
                        .matches(e -> e.error() == DeviceError.NO_VDEV));
        assertThat(List.of("", "d", "d5", "d5p", "d5p256", "d1048576p0", "d05p1", "vda", "51712", "/dev/xvda"))
                .allSatisfy(name -> assertThatExceptionOfType(DeviceException.class)
                        .isThrownBy(() -> FrontendNumber.encode(name))
                        .matches(e -> e.error() == DeviceError.NO_VDEV));
    }

    @Test
    void numbersOfNoFormHaveNoName() {
        for (long number : new long[] {Long.MIN_VALUE, -1, 0, 896, 2304, 1L << 29, Long.MAX_VALUE}) {
            assertThatExceptionOfType(DeviceException.class)
                    .isThrownBy(() -> FrontendNumber.decode(number))
                    .matches(e -> e.error() == DeviceError.UNKNOWN_VDEV);
        }
    }

    @Test
    void aBootCdTakesTheFourthPlaceIfItIsFree() {
        assertThat(FrontendName.firstFreeForBootCdrom(Set.of("xvda")).value()).isEqualTo("xvdd");
        assertThat(FrontendName.firstFreeForBootCdrom(Set.of("xvdd")).value()).isEqualTo("xvdi");
    }

    @Test
    void allNamesAreGivenBeforeNoneIsFree() {
        Set<String> used = new HashSet<>();
        for (int i = 0; i < 26; i++) {
            assertThat(used.add(FrontendName.firstFree(used).toString())).isTrue();
        }

        assertThatExceptionOfType(DeviceException.class)
                .isThrownBy(() -> FrontendName.firstFree(used))
                .matches(e -> e.error() == DeviceError.NO_FREE_FRONTEND);
    }

    @Test
    void aFrontendIsThreeLettersAtMost() {
        assertThat(new FrontendName("xvdzzz").value()).isEqualTo("xvdzzz");
        assertThat(List.of("", "xvd", "xvdaaaa", "xvd1", "vdi", "xvdi ", "x'y", "XVDI", "xvdi\n"))
                .allSatisfy(name -> assertThatExceptionOfType(DeviceException.class)
                        .isThrownBy(() -> new FrontendName(name))
                        .matches(e -> e.error() == DeviceError.INVALID_FRONTEND));
    }
}
