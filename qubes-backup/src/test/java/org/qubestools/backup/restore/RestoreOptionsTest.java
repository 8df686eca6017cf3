package org.qubestools.backup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

class RestoreOptionsTest {
    @Test
    void aReplacementIsSplitAtTheLastColon() {
        assertThat(RestoreOptions.builder().mapTemplate("a:b:c").build().templates())
                .isEqualTo(Map.of("a:b", "c"));
    }

    @Test
    void aReplacementWithoutTwoNamesIsRefused() {
        for (String pair : new String[] {"fedora", ":fedora", "fedora:", ":", "", "\u001b"}) {
            assertThatThrownBy(() -> RestoreOptions.builder().mapTemplate(pair))
                    .isInstanceOfSatisfying(
                            QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.USAGE))
                    .hasMessageNotContaining("\u001b");
        }
    }

    @Test
    void oneNameCannotBeReplacedByTwo() {
        RestoreOptions.Builder options =
                RestoreOptions.builder().mapNetvm("a:b").mapNetvm("a:b");

        assertThatThrownBy(() -> options.mapNetvm("a:c")).hasMessageContaining("given twice");
    }
}
