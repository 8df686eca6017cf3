package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is a path, and what a watch of one tells of. */
final class QubesDbPathTest {
    @Test
    void exactlyTheCharactersOfTheProtocolAreAllowed() {
        String allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/.:@";
        for (char c = 0; c < 0x300; c++) {
            assertThat(QubesDbPath.hasOnlyAllowed(String.valueOf(c)))
                    .as("character %d", (int) c)
                    .isEqualTo(allowed.indexOf(c) >= 0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "name", "-", " /a", "/a b", "/a\n", "/a\u0000", "/\u00e4", "/a%", "/a\\", "/a,"})
    void whatIsNoPathIsRefused(String text) {
        assertThatThrownBy(() -> new QubesDbPath(text)).isInstanceOf(QubesDbArgumentException.class);
    }

    @Test
    void aPathOf64CharactersIsRefusedByTheLimitAndItsLength() {
        assertThat(new QubesDbPath("/" + "p".repeat(62)).text()).hasSize(63);
        assertThatThrownBy(() -> new QubesDbPath("/" + "p".repeat(63)))
                .isInstanceOf(QubesDbArgumentException.class)
                .hasMessageContaining("63")
                .hasMessageContaining("64");
    }

    @Test
    void aMessageShowsNothingThatATerminalObeys() {
        assertThatThrownBy(() -> new QubesDbPath("/\u001b[2J\u0416"))
                .hasMessageContaining("/\\x1b[2J\\u0416")
                .message()
                .matches("[ -~]*");
    }

    @Test
    void aDirectoryEndsWithASlash() {
        assertThat(new QubesDbPath("/d").isDirectory()).isFalse();
        assertThat(new QubesDbPath("/d").asDirectory()).isEqualTo(new QubesDbPath("/d/"));
        assertThat(new QubesDbPath("/d/").asDirectory()).isEqualTo(new QubesDbPath("/d/"));
        assertThat(QubesDbPath.ROOT.isDirectory()).isTrue();
        assertThatThrownBy(() -> new QubesDbPath("/" + "p".repeat(62)).asDirectory())
                .isInstanceOf(QubesDbArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "/d/a, /d/a, true",
        "/d/a, /d/ab, false",
        "/d/a, /d/a/b, false",
        "/d/a, /d/, false",
        "/d/, /d/a, true",
        "/d/, /d/a/b, true",
        "/d/, /d/, true",
        "/d/, /d, false",
        "/d/, /d2, false",
        "/d/, /, false",
        "/, /d, true",
        "/, /d/, true"
    })
    void aWatchTellsOf(String watch, String changed, boolean told) {
        assertThat(new QubesDbPath(watch).watches(changed)).isEqualTo(told);
    }

    @Test
    void theOrderIsThatOfTheBytes() {
        List<QubesDbPath> ordered = Stream.of(
                        "/o/b", "/o/b-c", "/o/b.c", "/o/b/c", "/o/b0", "/o/b:", "/o/b@", "/o/bA", "/o/b_", "/o/ba")
                .map(QubesDbPath::new)
                .toList();
        List<QubesDbPath> shuffled = new ArrayList<>(ordered);
        Collections.shuffle(shuffled, new Random(1));
        Collections.sort(shuffled);

        assertThat(shuffled).isEqualTo(ordered);
    }
}
