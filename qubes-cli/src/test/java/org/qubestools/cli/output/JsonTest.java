package org.qubestools.cli.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JsonTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8);

    @Test
    void resultsAreIndented() {
        try (Json json = Json.pretty(out)) {
            json.beginObject().field("name", "a").field("qid", 3).field("internal", false);
            json.beginArray("pci").element("00:1f.2").element(5).element(true).end();
            json.beginArray("none")
                    .end()
                    .beginObject("more")
                    .end()
                    .field("netvm", (String) null)
                    .end();
        }

        assertThat(text()).isEqualTo("""
                        {
                          "name": "a",
                          "qid": 3,
                          "internal": false,
                          "pci": [
                            "00:1f.2",
                            5,
                            true
                          ],
                          "none": [],
                          "more": {},
                          "netvm": null
                        }
                        """);
    }

    @Test
    void aWholeValueIsWritten() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("b", List.of(1, 2L, "x", true, Map.of()));
        tree.put("a", null);

        try (Json json = Json.line(out)) {
            json.element(tree);
        }

        assertThat(text()).isEqualTo("{\"b\":[1,2,\"x\",true,{}],\"a\":null}\n");
    }

    @Test
    void aValueWithoutJsonIsRefused() {
        Json json = Json.line(out);

        assertThatThrownBy(() -> json.element(new Object())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void onlyPrintableAsciiComesOut() {
        StringBuilder all = new StringBuilder();
        for (int c = 0; c < 0x10000; c++) {
            all.append((char) c);
        }

        try (Json json = Json.line(out)) {
            json.beginObject().field(all.toString(), all.toString()).end();
        }

        assertThat(text()).matches("[ -~]+\n");
    }

    @Test
    void aShortTextIsEscapedToo() {
        try (Json json = Json.line(out)) {
            json.beginArray().element("\u007f\u009b\ud83d\ude00\ud800").end();
        }

        assertThat(text()).isEqualToIgnoringCase("[\"\\u007f\\u009b\\ud83d\\ude00\\ud800\"]\n");
    }

    @Test
    void closingTwiceIsSafeAndLeavesTheStreamOpen() {
        Json json = Json.line(out);
        json.beginArray().end();

        json.close();
        json.close();
        out.print("x");
        out.flush();

        assertThat(text()).isEqualTo("[]\nx");
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
