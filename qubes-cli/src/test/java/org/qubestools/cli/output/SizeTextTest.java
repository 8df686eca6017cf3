package org.qubestools.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SizeTextTest {
    @ParameterizedTest
    @CsvSource({"0, 0 MB", "1048575, 0 MB", "2147483648, 2048 MB", "2148532223, 2048 MB"})
    void tablesShowWholeMegabytes(long bytes, String expected) {
        assertThat(SizeText.megabytes(bytes)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1024, 1024 B",
        "1025, 1 KiB",
        "1048576, 1024 KiB",
        "1049600, 1 MiB",
        "1073741824, 1024 MiB",
        "1074790400, 1 GiB",
        "9223372036854775807, 8589934591 GiB"
    })
    void aUnitIsLeftOnlyAbove1024(long bytes, String expected) {
        assertThat(SizeText.whole(bytes)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1023, 1023",
        "1024, 1.0 KiB",
        "1536, 1.5 KiB",
        "1280, 1.3 KiB",
        "1075, 1.0 KiB",
        "1076, 1.1 KiB",
        "1048575, 1024.0 KiB",
        "1048576, 1.0 MiB",
        "1073741824, 1.0 GiB",
        "9223372036854775807, 8589934592.0 GiB"
    })
    void backupsShowOneDecimal(long bytes, String expected) {
        assertThat(SizeText.oneDecimal(bytes)).isEqualTo(expected);
    }
}
