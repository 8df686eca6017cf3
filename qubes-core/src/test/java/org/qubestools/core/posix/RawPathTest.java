package org.qubestools.core.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RawPathTest {
    /** Each character of these texts is one byte. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "a",
                "/a",
                "a/b",
                "../a/./b",
                "/\u00ff",
                "\u00ff/\u00fe/x",
                "\u00c3\u00a9",
                "%41+ +/+",
                "\n\u00ff\u007f",
                "+",
                "\u00ff+",
                ".",
                "/tmp",
                "..",
                "\u0001\u00ff?#&;="
            })
    void bytesStayWhatTheyAre(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);

        Path path = RawPath.of(bytes);

        assertThat(RawPath.bytes(path)).isEqualTo(bytes);
        assertThat(path.isAbsolute()).isEqualTo(text.startsWith("/"));
    }

    @Test
    void slashesThatMeanNothingAreDropped() {
        assertThat(RawPath.bytes(RawPath.of(bytes("//a//\u00ff//b//")))).isEqualTo(bytes("/a/\u00ff/b"));
        assertThat(RawPath.bytes(RawPath.of(bytes("//a//b//")))).isEqualTo(bytes("/a/b"));
    }

    @Test
    void aNulIsRefused() {
        assertThatThrownBy(() -> RawPath.of(bytes("a\0\u00ff"))).isInstanceOf(InvalidPathException.class);
        assertThatThrownBy(() -> RawPath.of(bytes("a\0"))).isInstanceOf(InvalidPathException.class);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
