package org.qubestools.qubesdb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The frame, byte for byte as in the description of the protocol. */
final class MessageCodecTest {
    private static byte[] encoded(Message message) {
        ByteBuffer buffer = ByteBuffer.allocate(MessageCodec.length(message));
        MessageCodec.put(message, buffer);
        assertThat(buffer.hasRemaining()).isFalse();
        return buffer.array();
    }

    private static String zeros(int count) {
        return "00".repeat(count);
    }

    @ParameterizedTest
    @CsvSource({
        "READ, 00, /name, 2f6e616d65",
        "LIST, 03, /d/, 2f642f",
        "MULTIREAD, 02, '', ''",
        "REMOVE, 04, /name, 2f6e616d65",
        "WATCH, 05, /name, 2f6e616d65",
        "UNWATCH, 06, /name, 2f6e616d65",
        "OK, 07, /name, 2f6e616d65",
        "NOENT, 08, /name, 2f6e616d65",
        "ERROR, 09, /a b, 2f612062",
        "LIST_REPLY, 0c, '', ''",
        "EVENT, 0d, /name, 2f6e616d65"
    })
    void aMessageWithoutData(MessageType type, String number, String path, String hex) {
        String expected = number + hex + zeros(64 - path.length()) + zeros(3) + zeros(4);

        assertThat(HexFormat.of().formatHex(encoded(Message.of(type, path)))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"WRITE, 01", "READ_REPLY, 0a", "MULTIREAD_REPLY, 0b"})
    void aMessageWithData(MessageType type, String number) {
        String expected = number + "2f6e616d65" + zeros(59) + zeros(3) + "04000000" + "776f726b";

        assertThat(HexFormat.of().formatHex(encoded(Message.of(type, "/name", "work".getBytes(US_ASCII)))))
                .isEqualTo(expected);
    }

    @Test
    void theLengthOfTheDataIsInTheOrderOfTheHost() {
        byte[] value = new byte[3072];

        byte[] bytes = encoded(Message.of(MessageType.WRITE, "/a", value));

        assertThat(HexFormat.of().formatHex(bytes, 68, 72)).isEqualTo("000c0000");
        assertThat(MessageCodec.header(ByteBuffer.wrap(bytes)).dataLength()).isEqualTo(3072);
    }

    @Test
    void aHeaderIsReadUpToTheFirstNul() {
        byte[] bytes = Bytes.littered(Bytes.header(13, "/qubes-block-devices", 0));

        MessageCodec.Header header = MessageCodec.header(ByteBuffer.wrap(bytes));

        assertThat(header).isEqualTo(new MessageCodec.Header(13, "/qubes-block-devices", true, 0));
    }

    @Test
    void aPathWithoutNulIsSaidToHaveNone() {
        String path = "/" + "p".repeat(63);

        MessageCodec.Header header = MessageCodec.header(ByteBuffer.wrap(Bytes.header(255, path, -1)));

        assertThat(header).isEqualTo(new MessageCodec.Header(255, path.substring(0, 63), false, 0xffff_ffffL));
    }

    @Test
    void bytesAbove7fAreCharactersUpTo255() {
        MessageCodec.Header header = MessageCodec.header(ByteBuffer.wrap(Bytes.header(0, "/\u00ff\u0080", 0)));

        assertThat(header.path()).isEqualTo("/\u00ff\u0080");
        assertThat(encoded(Message.of(MessageType.READ, "/\u00ff\u0080")))
                .isEqualTo(Bytes.header(0, "/\u00ff\u0080", 0));
    }

    @Test
    void aMessageHasNoPathOrDataBeyondTheLimits() {
        assertThatThrownBy(() -> Message.of(MessageType.READ, "/" + "p".repeat(63)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Message.of(MessageType.READ, "/a\0b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Message.of(MessageType.READ, "/\u0100")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Message.of(MessageType.WRITE, "/a", new byte[3073]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theNumbersOfTheTypesAreThoseOfTheProtocol() {
        for (int number = 0; number <= 13; number++) {
            assertThat(MessageType.of(number).orElseThrow().number()).isEqualTo(number);
            assertThat(MessageType.of(number).orElseThrow().isRequest()).isEqualTo(number <= 6);
        }
        assertThat(MessageType.of(14)).isEmpty();
        assertThat(MessageType.of(255)).isEmpty();
        assertThat(MessageType.of(-1)).isEmpty();
    }
}
