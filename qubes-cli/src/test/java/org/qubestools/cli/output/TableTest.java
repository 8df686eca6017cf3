package org.qubestools.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TableTest {
    @Test
    void theLayoutIsTheOriginal() {
        Table table = Table.of(List.of("name", "on", "label"))
                .row(List.of("{dom0}", "*", "black"))
                .row(List.of("w", "", "red"));

        assertThat(text(table)).isEqualTo("""
                        --------+----+-------+
                           name | on | label |
                        --------+----+-------+
                         {dom0} |  * | black |
                              w |    |   red |
                        """);
    }

    @Test
    void aTableWithoutRowsHasItsHeader() {
        assertThat(text(Table.of(List.of("a")))).isEqualTo("---+\n a |\n---+\n");
    }

    @Test
    void untrustedCellsAreShownAsAscii() {
        assertThat(text(Table.of(List.of("a")).row(List.of("\u001b[31m")))).contains(" \\x1b[31m |");
    }

    @Test
    void aRowOfAnotherLengthIsRefused() {
        Table table = Table.of(List.of("a"));

        assertThatThrownBy(() -> table.row(List.of("a", "b"))).isInstanceOf(IllegalArgumentException.class);
    }

    private static String text(Table table) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        table.writeTo(out);
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
