package org.qubestools.qubesdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Damaged messages of a daemon are messages within the limits or nonsense; nothing else comes of them. */
final class ReplyParserFuzzTest {
    private static final List<byte[]> SEEDS = List.of(
            Bytes.message(MessageType.READ_REPLY, "/name", "work"),
            Bytes.message(MessageType.READ_REPLY, "/long", "v".repeat(3071)),
            Bytes.message(MessageType.OK, "/" + "p".repeat(62)),
            Bytes.message(MessageType.NOENT, "/name"),
            Bytes.message(MessageType.ERROR, "/a b"),
            Bytes.message(MessageType.MULTIREAD_REPLY, "/d/a", "1"),
            Bytes.message(MessageType.LIST_REPLY, ""),
            Bytes.event("/qubes-block-devices"));

    @Test
    void damagedMessagesAreWithinTheLimitsOrNonsense() {
        long seed = Long.getLong("qubes.fuzz.seed", new Random().nextLong());
        Deadline end = Deadline.in(Long.getLong("qubes.fuzz.seconds", 1) * 1_000_000_000L);
        Random random = new Random(seed);
        int messages = 0;
        int nonsense = 0;
        while (!end.isReached()) {
            for (int i = 0; i < 1000; i++) {
                byte[] stream = stream(random);
                List<Message> atOnce = new ArrayList<>();
                boolean bad = parse(stream, stream.length, atOnce, seed);
                List<Message> inPieces = new ArrayList<>();
                boolean badInPieces = parse(stream, 1 + random.nextInt(200), inPieces, seed);
                assertThat(inPieces.toString()).as("seed %d", seed).isEqualTo(atOnce.toString());
                assertThat(badInPieces).as("seed %d", seed).isEqualTo(bad);
                messages += atOnce.size();
                nonsense += bad ? 1 : 0;
            }
        }
        assertThat(messages).as("seed %d", seed).isPositive();
        assertThat(nonsense).as("seed %d", seed).isPositive();
    }

    /** Some messages, most of them damaged at a byte or two; or bytes that are none. */
    private static byte[] stream(Random random) {
        List<byte[]> parts = new ArrayList<>();
        for (int n = random.nextInt(4); n >= 0; n--) {
            byte[] part = SEEDS.get(random.nextInt(SEEDS.size())).clone();
            for (int damage = random.nextInt(3); damage > 0; damage--) {
                boolean header = random.nextBoolean();
                int at = random.nextInt(header ? MessageCodec.HEADER_LENGTH : part.length);
                part[at] = (byte) (random.nextBoolean() ? random.nextInt(16) : random.nextInt());
            }
            parts.add(part);
        }
        if (random.nextInt(10) == 0) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            parts.add(noise);
        }
        return Bytes.join(parts);
    }

    /** True if it was nonsense in the end; what was good before is added. */
    private static boolean parse(byte[] stream, int piece, List<Message> messages, long seed) {
        ReplyParser parser = new ReplyParser();
        ByteBuffer buffer = ByteBuffer.allocate(stream.length);
        try {
            for (int at = 0; at < stream.length; at += piece) {
                buffer.put(stream, at, Math.min(piece, stream.length - at)).flip();
                Message next = parser.next(buffer);
                while (next != null) {
                    assertWithinLimits(next, seed);
                    messages.add(next);
                    next = parser.next(buffer);
                }
                assertThat(buffer.remaining()).as("seed %d", seed).isLessThan(ReplyParser.LONGEST);
                buffer.compact();
            }
            return false;
        } catch (QubesDbProtocolException e) {
            return true;
        }
    }

    private static void assertWithinLimits(Message message, long seed) {
        assertThat(message.type().isRequest()).as("seed %d", seed).isFalse();
        assertThat(message.untrustedPath().length()).as("seed %d", seed).isLessThanOrEqualTo(63);
        assertThat(message.dataLength()).as("seed %d", seed).isLessThanOrEqualTo(3071);
        assertThat(message.untrustedData()).as("seed %d", seed).doesNotContain((byte) 0);
        boolean value = message.type() == MessageType.READ_REPLY || message.type() == MessageType.MULTIREAD_REPLY;
        assertThat(value || message.dataLength() == 0).as("seed %d", seed).isTrue();
    }

    @Test
    void anyHeaderIsReadWithinTheLimits() {
        long seed = Long.getLong("qubes.fuzz.seed", new Random().nextLong());
        Deadline end = Deadline.in(Long.getLong("qubes.fuzz.seconds", 1) * 1_000_000_000L / 2);
        Random random = new Random(seed);
        byte[] bytes = new byte[MessageCodec.HEADER_LENGTH + 1];
        while (!end.isReached()) {
            for (int i = 0; i < 1000; i++) {
                random.nextBytes(bytes);
                if (random.nextBoolean()) {
                    bytes[1 + random.nextInt(64)] = 0;
                }
                ByteBuffer untrusted = ByteBuffer.wrap(bytes);

                MessageCodec.Header header = MessageCodec.header(untrusted);

                assertThat(untrusted.remaining()).as("seed %d", seed).isEqualTo(1);
                assertThat(header.type()).as("seed %d", seed).isEqualTo(bytes[0] & 0xff);
                assertThat(header.path())
                        .as("seed %d", seed)
                        .hasSizeLessThanOrEqualTo(63)
                        .doesNotContain("\0");
                assertThat(header.dataLength()).as("seed %d", seed).isBetween(0L, 0xffff_ffffL);
            }
        }
    }
}
