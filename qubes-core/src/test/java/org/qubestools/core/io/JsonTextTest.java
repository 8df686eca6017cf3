package org.qubestools.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON to other programs and from them. */
final class JsonTextTest {
    @Test
    void valuesAreWrittenInPrintableAscii() {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("a\"b\\", "\u001b\u00e9\n\ud83d\ude00");
        value.put("n", null);
        value.put("l", Arrays.asList(1L, true, "x", null));
        value.put("m", Map.of("k", false));

        assertThat(JsonText.of(value))
                .isEqualTo("{\"a\\\"b\\\\\":\"\\u001b\\u00e9\\u000a\\ud83d\\ude00\",\"n\":null,"
                        + "\"l\":[1,true,\"x\",null],\"m\":{\"k\":false}}");
    }

    @Test
    void whatJsonHasNoWordForIsRefused() {
        assertThatThrownBy(() -> JsonText.of(new Object())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void flatAnswersAreRead() throws FlatJson.Malformed {
        assertThat(FlatJson.read(" {\"ok\" : false, \"kind\":\"in-use\",\"n\":-1.5E3,\"t\":\"a\\u00e9\\n\\/\"}\n"))
                .containsExactly(
                        Map.entry("ok", "false"),
                        Map.entry("kind", "in-use"),
                        Map.entry("n", "-1.5E3"),
                        Map.entry("t", "a\u00e9\n/"));
        assertThat(FlatJson.read("{}")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "{",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":}",
                "{\"a\":1",
                "{\"a\":1,}",
                "{\"a\":[1]}",
                "{\"a\":{}}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":\"\\u12",
                "{\"a\":1} x",
                "[]",
                "{\"a\":\"b"
            })
    void whatIsNoFlatAnswerIsMalformed(String text) {
        assertThatThrownBy(() -> FlatJson.read(text)).isInstanceOf(FlatJson.Malformed.class);
    }

    @Test
    void textsComeBackAsTheyWere() throws FlatJson.Malformed {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(8); n > 0; n--) {
                text.append((char) random.nextInt(0x10000));
            }
            assertThat(FlatJson.read(JsonText.of(Map.of("k", text.toString()))))
                    .as("seed %d", seed)
                    .isEqualTo(Map.of("k", text.toString()));
        }
        assertThat(List.of("null", "true"))
                .allSatisfy(word ->
                        assertThat(FlatJson.read("{\"k\":" + word + "}")).isEqualTo(Map.of("k", word)));
    }
}
