package org.qubestools.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** JSON of any form. */
final class FlatJsonTreeTest {
    @Test
    void whatIsWrittenIsReadAgain() throws FlatJson.Malformed {
        Map<String, Object> value = Map.of("a", List.of("x\"\\\u20ac\n", List.of(), Map.of("b", "")));

        assertThat(FlatJson.readTree(JsonText.of(value))).isEqualTo(value);
        assertThat(FlatJson.readTree(" [ 1 , true,null ] ")).isEqualTo(List.of("1", "true", "null"));
    }

    @Test
    void whatIsNoJsonIsRefused() {
        List<String> texts = List.of(
                "",
                "{",
                "[",
                "[1",
                "[1,",
                "[1 2]",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1",
                "[1]]",
                "\"a",
                "[,1]",
                "[".repeat(100000));
        for (String text : texts) {
            assertThatThrownBy(() -> FlatJson.readTree(text)).as(text).isInstanceOf(FlatJson.Malformed.class);
        }
    }
}
