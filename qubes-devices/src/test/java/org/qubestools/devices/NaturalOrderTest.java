package org.qubestools.devices;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class NaturalOrderTest {
    private static final List<String> ORDERED = List.of(
            "",
            "0",
            "1",
            "007",
            "07",
            "7",
            "10",
            "99999999999999999998",
            "99999999999999999999",
            "loop",
            "loop0",
            "loop0p2",
            "loop0p10",
            "loop2",
            "loop10",
            "sd",
            "sda",
            "sda2",
            "sda10",
            "sda10b",
            "sdb");

    @Test
    void digitsCountAsNumbersOfAnyLength() {
        List<String> shuffled = new ArrayList<>(ORDERED);
        Collections.shuffle(shuffled, new Random(7));

        shuffled.sort(NaturalOrder.INSTANCE);

        assertThat(shuffled).isEqualTo(ORDERED);
    }

    @Test
    void onlyTheSameNameIsEqual() {
        for (String one : ORDERED) {
            for (String other : ORDERED) {
                assertThat(NaturalOrder.INSTANCE.compare(one, other) == 0).isEqualTo(one.equals(other));
                assertThat(NaturalOrder.INSTANCE.compare(one, other))
                        .isEqualTo(-NaturalOrder.INSTANCE.compare(other, one));
            }
        }
    }
}
