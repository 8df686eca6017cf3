package org.qubestools.qubesdb;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.CharacterCodingException;
import org.junit.jupiter.api.Test;

/** A value is bytes; text of it only by an explicit charset. */
final class UntrustedValueTest {
    private static final byte[] MALFORMED = {'a', (byte) 0xff, 'b'};

    @Test
    void malformedUtf8IsReplacedOrReportedByChoice() throws Exception {
        UntrustedValue value = UntrustedValue.of(MALFORMED);

        assertThat(value.untrustedText()).isEqualTo("a\ufffdb");
        assertThatThrownBy(() -> value.untrustedText(UTF_8)).isInstanceOf(CharacterCodingException.class);
        assertThatThrownBy(() -> value.untrustedText(US_ASCII)).isInstanceOf(CharacterCodingException.class);
        assertThat(value.untrustedText(ISO_8859_1)).isEqualTo("a\u00ffb");
    }

    @Test
    void aValueDoesNotChangeWithTheArraysItIsMadeOfOrGives() {
        byte[] bytes = {'a', 'b'};
        UntrustedValue value = UntrustedValue.of(bytes);
        bytes[0] = 'x';
        value.untrustedBytes()[1] = 'x';

        assertThat(value.untrustedText()).isEqualTo("ab");
        assertThat(value.length()).isEqualTo(2);
    }

    @Test
    void valuesOfTheSameBytesAreEqual() {
        assertThat(UntrustedValue.of(MALFORMED))
                .isEqualTo(UntrustedValue.of(MALFORMED.clone()))
                .hasSameHashCodeAs(UntrustedValue.of(MALFORMED.clone()))
                .isNotEqualTo(UntrustedValue.of(new byte[] {'a'}))
                .isNotEqualTo("a");
    }

    @Test
    void theTextOfTheObjectHasNothingOfTheValue() {
        assertThat(UntrustedValue.of("secret".getBytes(US_ASCII))).hasToString("6 bytes");
    }

    @Test
    void whatNoDaemonHasIsNoValue() {
        assertThatThrownBy(() -> UntrustedValue.of(new byte[] {'a', 0}))
                .isInstanceOf(QubesDbArgumentException.class)
                .hasMessageContaining("NUL");
        assertThatThrownBy(() -> UntrustedValue.of(new byte[3072]))
                .isInstanceOf(QubesDbArgumentException.class)
                .hasMessageContaining("3071")
                .hasMessageContaining("3072");
    }
}
