package org.qubestools.qubesdb.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qubestools.qubesdb.MessageCodec;
import org.qubestools.qubesdb.MessageType;

/** Order, merging and limits of what waits. */
final class OutputQueueTest {
    private static final byte[] NOTHING = new byte[0];

    private final OutputQueue queue = new OutputQueue();
    private final Slow channel = new Slow();

    /** Takes only so many bytes. */
    private static final class Slow implements WritableByteChannel {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private int room = Integer.MAX_VALUE;

        @Override
        public int write(ByteBuffer source) {
            byte[] bytes = new byte[Math.min(room, source.remaining())];
            source.get(bytes);
            taken.writeBytes(bytes);
            room -= bytes.length;
            return bytes.length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}

        List<String> paths() {
            ByteBuffer bytes = ByteBuffer.wrap(taken.toByteArray());
            List<String> paths = new ArrayList<>();
            while (bytes.hasRemaining()) {
                MessageCodec.Header header = MessageCodec.header(bytes);
                paths.add(header.path());
                bytes.position(bytes.position() + (int) header.dataLength());
            }
            return paths;
        }
    }

    private void drain() throws IOException {
        channel.room = Integer.MAX_VALUE;
        for (int i = 0; !queue.writeTo(channel); i++) {
            assertThat(i).isLessThan(10_000);
        }
        assertThat(queue.bytes()).isZero();
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void messagesAndEventsKeepTheirOrder() throws IOException {
        queue.add(MessageType.OK, "/1", NOTHING);
        queue.addEvents("/2", 2);
        queue.add(MessageType.READ_REPLY, "/3", "v".repeat(3071).getBytes(StandardCharsets.US_ASCII));
        queue.addEvents("/4", 1);
        assertThat(queue.bytes()).isEqualTo(5 * 72 + 3071);

        drain();

        assertThat(channel.paths()).containsExactly("/1", "/2", "/2", "/3", "/4");
    }

    @Test
    void whatIsTakenByteByByteIsTheSame() throws IOException {
        for (int i = 0; i < 50; i++) {
            queue.add(MessageType.OK, "/ok" + i, NOTHING);
            queue.addEvents("/event" + i, 1);
        }
        for (int i = 0; i < 100; i++) {
            channel.room = 1;
            assertThat(queue.writeTo(channel)).isFalse();
        }
        drain();

        assertThat(channel.paths()).hasSize(100).startsWith("/ok0", "/event0").endsWith("/ok49", "/event49");
    }

    @Test
    void fewEqualEventsAreAllKept() throws IOException {
        for (int i = 0; i < OutputQueue.MERGING; i++) {
            assertThat(queue.addEvents("/same", 1)).isTrue();
        }
        drain();

        assertThat(channel.paths()).hasSize(OutputQueue.MERGING);
    }

    @Test
    void ofManyOnlyNewOnesAreAdded() throws IOException {
        for (int i = 0; i < OutputQueue.MERGING; i++) {
            queue.addEvents("/a" + i % 2, 1);
        }
        queue.addEvents("/a1", 1);
        queue.addEvents("/new", 1);
        queue.addEvents("/a0", 1);
        queue.addEvents("/new", 1);
        drain();

        assertThat(channel.paths()).hasSize(OutputQueue.MERGING + 1).endsWith("/a1", "/new");
    }

    @Test
    void eventThatIsBeingSentStandsForNoOther() throws IOException {
        queue.addEvents("/first", 1);
        channel.room = 1;
        queue.writeTo(channel);
        for (int i = 0; i < OutputQueue.MERGING; i++) {
            queue.addEvents("/other", 1);
        }
        queue.addEvents("/first", 1);
        drain();

        assertThat(channel.paths()).startsWith("/first", "/other").endsWith("/other", "/first");
    }

    /** Of several watches of a path the first has had its event, and would not be told of the change. */
    @Test
    void eventsOfWhichOneIsBeingSentStandForNoOther() throws IOException {
        int watches = 400;
        queue.addEvents("/first", watches);
        channel.room = MessageCodec.HEADER_LENGTH;
        queue.writeTo(channel);
        for (int i = 0; i < OutputQueue.MERGING; i++) {
            queue.addEvents("/other", 1);
        }
        queue.addEvents("/first", watches);
        drain();

        assertThat(channel.paths()).filteredOn("/first"::equals).hasSize(2 * watches);
    }

    @Test
    void eventsFromBeforeANewWatchStandForNoneThatIsForItToo() throws IOException {
        for (int i = 0; i < OutputQueue.MERGING; i++) {
            queue.addEvents("/path", 1);
        }
        queue.fence();
        queue.addEvents("/path", 2);
        queue.addEvents("/path", 2);
        drain();

        assertThat(channel.paths()).hasSize(OutputQueue.MERGING + 2);
    }

    @Test
    void tooManyEventsAreRefused() {
        for (int i = 0; i < OutputQueue.MOST_EVENTS; i++) {
            assertThat(queue.addEvents("/" + i, 1)).isTrue();
        }

        assertThat(queue.addEvents("/0", 1)).as("merged").isTrue();
        assertThat(queue.addEvents("/one-more", 1)).isFalse();
    }

    @Test
    void longListIsMadeAsItIsTaken() throws IOException {
        List<Integer> made = new ArrayList<>();
        int entries = 1000;
        queue.add(target -> {
            made.add(made.size());
            MessageCodec.put(MessageType.MULTIREAD_REPLY, "/k", new byte[3000], target);
            return made.size() < entries;
        });
        queue.addEvents("/behind", 1);

        assertThat(made.size()).isLessThan(100);
        assertThat(queue.isListing()).isTrue();
        assertThat(queue.bytes()).isLessThan(OutputQueue.HIGH_MARK + 4000);
        drain();
        assertThat(made).hasSize(entries);
        assertThat(queue.isListing()).isFalse();
        assertThat(channel.paths()).hasSize(entries + 1).endsWith("/k", "/behind");
    }

    @Test
    void oneTurnWritesNotForEver() throws IOException {
        queue.addWhole(new OutputQueue.Messages() {
            private int left = 1000;

            @Override
            public boolean putNext(ByteBuffer target) {
                MessageCodec.put(MessageType.MULTIREAD_REPLY, "/k", new byte[3000], target);
                return --left > 0;
            }
        });

        assertThat(queue.writeTo(channel)).isFalse();
        assertThat(channel.taken.size()).isBetween(60_000, 100_000);
        drain();
        assertThat(channel.paths()).hasSize(1000);
    }
}
