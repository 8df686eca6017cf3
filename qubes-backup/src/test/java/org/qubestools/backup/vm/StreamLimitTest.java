package org.qubestools.backup.vm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StreamLimitTest {
    @Test
    void theHeaderMayHaveItsPartsAndFourMembers() {
        StreamLimit limit = StreamLimit.forHeader(1 << 20, "");

        assertThat(limit.bytes()).isEqualTo((1 << 20) + 65536 + 8192);
        assertThat(limit.members()).isEqualTo(4);
        assertThat(limit.bytesPerChunk()).isZero();
    }

    @Test
    void dataMayBeATenthLargerAndHaveTheOverheadOfTheirArchives() {
        StreamLimit limit = StreamLimit.forData(1000, 3, "");

        assertThat(limit.bytes()).isEqualTo(1100 + 3 * 16777216L);
        assertThat(limit.bytesPerChunk()).isEqualTo(10240);
    }

    @Test
    void anAbsurdSizeDoesNotOverflow() {
        assertThat(StreamLimit.forData(Long.MAX_VALUE, Integer.MAX_VALUE, "").bytes())
                .isPositive();
        assertThat(StreamLimit.forHeader(Long.MAX_VALUE, "").bytes()).isPositive();
    }
}
