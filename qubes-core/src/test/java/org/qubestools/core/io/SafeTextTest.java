package org.qubestools.core.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SafeTextTest {
    @Test
    void printableTextStaysAsItIs() {
        assertThat(SafeText.of("sys-net ~!")).isEqualTo("sys-net ~!");
    }

    @Test
    void everythingElseIsEscaped() {
        assertThat(SafeText.of("a\u001b[2J\n\u007f\u00e9\u2028")).isEqualTo("a\\x1b[2J\\x0a\\x7f\\xe9\\u2028");
    }

    @Test
    void longTextIsCutAndSaysSo() {
        assertThat(SafeText.of("x".repeat(200))).hasSize(200);
        assertThat(SafeText.of("x".repeat(201))).hasSize(203).endsWith("x...");
    }

    @Test
    void resultsAreNotCut() {
        assertThat(SafeText.printable("x".repeat(5000))).hasSize(5000);
    }
}
