package org.qubestools.cli.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ProjectFiles;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.manual.MarkdownTable;

final class ExitCodeTest {
    @Test
    void everyKindHasTheDocumentedCodeAndNoOtherIsDocumented() throws IOException {
        Map<String, String> codes = new TreeMap<>();
        for (ErrorKind kind : ErrorKind.values()) {
            codes.put(kind.name().toLowerCase(Locale.ROOT).replace('_', '-'), Integer.toString(ExitCode.of(kind)));
        }
        Map<String, String> documented = new TreeMap<>();
        for (List<String> row : MarkdownTable.rows(ProjectFiles.exitCodes(), "Code")) {
            if (!row.get(1).isEmpty()) {
                documented.put(row.get(1), row.get(0));
            }
        }

        assertThat(codes).isEqualTo(documented);
    }
}
