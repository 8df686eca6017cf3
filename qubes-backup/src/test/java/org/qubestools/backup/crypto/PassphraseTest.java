package org.qubestools.backup.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PassphraseTest {
    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String firstLine(String content) {
        return new String(Passphrase.ofFirstLine(ascii(content)).copy(), StandardCharsets.US_ASCII);
    }

    @Test
    void ofAFileTheFirstLineCountsWithoutWhiteSpaceAtItsEnd() {
        assertThat(firstLine("secret")).isEqualTo("secret");
        assertThat(firstLine("a b\t\u000b\f\r \nsecond")).isEqualTo("a b");
        assertThat(firstLine(" \tsecret\n")).as("at its begin it counts").isEqualTo(" \tsecret");
        assertThat(firstLine("a\u0008")).isEqualTo("a\u0008");
        assertThat(firstLine("a\u000e")).isEqualTo("a\u000e");
        assertThat(firstLine("\nsecret")).isEmpty();
        assertThat(firstLine(" \t\r\n")).isEmpty();
        assertThat(firstLine("")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"secret\nmore", "a\u0000b\nmore"})
    void theContentOfAFileIsWipedAlsoIfItIsRefused(String text) {
        byte[] content = ascii(text);

        try {
            Passphrase.ofFirstLine(content);
        } catch (RuntimeException e) {
            assertThat(text).contains("\u0000");
        }

        assertThat(content).containsOnly(0);
    }

    @Test
    void itHas4096BytesAtMost() {
        String longest = "x".repeat(4096);

        assertThat(Passphrase.ofTyped(longest.toCharArray()).copy()).hasSize(4096);
        assertThat(firstLine(longest)).hasSize(4096);
        assertThatThrownBy(() -> Passphrase.ofTyped((longest + "x").toCharArray()))
                .hasMessage("the passphrase is longer than 4096 bytes");
        assertThatThrownBy(() -> firstLine(longest + "x")).hasMessage("the passphrase is longer than 4096 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u0000", "\nb", "a\nb"})
    void whatAFileCouldNotSayIsRefused(String typed) {
        assertThatThrownBy(() -> Passphrase.ofTyped(typed.toCharArray()))
                .hasMessage("the passphrase contains a NUL or line feed");
    }

    @Test
    void itIsComparedByAllItsBytes() {
        Passphrase secret = Passphrase.ofTyped("secret".toCharArray());

        assertThat(secret.isSameAs(Passphrase.ofFirstLine(ascii("secret\n")))).isTrue();
        for (String other : new String[] {"", "secre", "secret2", "Secret"}) {
            assertThat(secret.isSameAs(Passphrase.ofTyped(other.toCharArray())))
                    .as(other)
                    .isFalse();
        }
        assertThat(secret.isEmpty()).isFalse();
        assertThat(Passphrase.ofTyped(new char[0]).isEmpty()).isTrue();
    }

    @Test
    void nothingOfItIsLeftOnceItIsClosedAndItsTextNeverTellsIt() {
        Passphrase secret = Passphrase.ofTyped("secret".toCharArray());

        assertThat(secret).hasToString("Passphrase");
        secret.close();

        assertThat(secret.copy()).hasSize(6).containsOnly(0);
    }
}
