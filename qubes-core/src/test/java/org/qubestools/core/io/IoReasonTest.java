package org.qubestools.core.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class IoReasonTest {
    /** As Java 17 and Java 25 say it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Cannot run program \"x\": error=2, No such file or directory | no such file or directory",
                "Cannot run program \"x\": Exec failed, error: 2 (No such file or directory) | no such file or directory",
                "Cannot run program \"x-error-y\": error=13, Permission denied | permission denied",
                "Cannot run program \"x\": error=8, Exec format error"
                        + " | Cannot run program \"x\": error=8, Exec format error",
                "Cannot run it | Cannot run it"
            })
    void aProgramThatDoesNotStartHasTheReasonOfTheSystem(String message, String reason) {
        assertThat(IoReason.ofStart(new IOException(message))).isEqualTo(reason);
    }
}
