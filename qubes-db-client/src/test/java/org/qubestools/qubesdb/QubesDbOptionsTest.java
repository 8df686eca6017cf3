package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Defaults and limits. */
final class QubesDbOptionsTest {
    private static final QubesDbOptions DEFAULT = QubesDbOptions.of(new QubesDbSockets(Path.of("/run/test")));

    @Test
    void theDefaultsAreThoseOfTheDescription() {
        assertThat(DEFAULT.connectTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(DEFAULT.replyTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(DEFAULT.repeatReads()).isTrue();
        assertThat(DEFAULT.repeatWrites()).isFalse();
        assertThat(DEFAULT.offline()).isFalse();
    }

    @Test
    void aLimitOfNothingIsNone() {
        Duration second = Duration.ofSeconds(1);
        assertThatThrownBy(() -> DEFAULT.withTimeouts(Duration.ZERO, second))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DEFAULT.withTimeouts(second, second.negated()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aLimitIsTakenAsNanosecondsWithoutOverflow() {
        assertThat(Deadline.nanos(Duration.ofMillis(3))).isEqualTo(3_000_000);
        assertThat(Deadline.nanos(Duration.ofSeconds(-1))).isZero();
        assertThat(Deadline.nanos(Duration.ofSeconds(Long.MIN_VALUE))).isZero();
        long longest = Deadline.nanos(Duration.ofSeconds(Long.MAX_VALUE));
        assertThat(Deadline.in(longest).isReached()).isFalse();
        assertThat(Deadline.in(longest).millisLeft()).isGreaterThan(1L << 40);
    }
}
