package org.qubestools.cli.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.qubestools.core.error.ErrorKind;

final class ExitCodeTest {
    @Test
    void everyKindHasTheDocumentedCode() {
        Map<ErrorKind, Integer> codes = new EnumMap<>(ErrorKind.class);
        for (ErrorKind kind : ErrorKind.values()) {
            codes.put(kind, ExitCode.of(kind));
        }

        assertThat(codes)
                .hasToString("{FAILED=1, PARTIAL=3, USAGE=2, NO_SUCH_VM=1, NO_SUCH_PROPERTY=1, INVALID_VALUE=1,"
                        + " WRONG_STATE=1, IN_USE=1, STORE_MISSING=10, STORE_CORRUPT=1, STORE_LOCKED=11,"
                        + " BAD_PASSPHRASE=12, CORRUPT_BACKUP=13, OFFLINE=14, VMM_UNREACHABLE=15, CANCELLED=130}");
    }
}
