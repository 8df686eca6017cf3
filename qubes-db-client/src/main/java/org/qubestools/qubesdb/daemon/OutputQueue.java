package org.qubestools.qubesdb.daemon;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.qubestools.qubesdb.MessageCodec;
import org.qubestools.qubesdb.MessageType;

/**
 * What one peer has not taken yet: answers, and events in the order of the changes. Of many events equal ones stand for
 * each other; of too many the client is given up. A long list is made as it is taken. For the thread of the loop.
 */
final class OutputQueue {
    /** From so many unread bytes on, no more requests are taken; until it is less than a quarter. */
    static final long HIGH_MARK = 256 << 10;
    /** From so many waiting events on, one that waits already is not added again. */
    static final int MERGING = 4096;
    /** Most waiting events. */
    static final int MOST_EVENTS = 65_536;

    private static final int BLOCK = 16 << 10;
    /** For the first answer, which is the only one mostly. */
    private static final int SMALL_BLOCK = 256;
    /** Longest message. */
    private static final int LONGEST = MessageCodec.HEADER_LENGTH + MessageCodec.MAX_VALUE;
    /** Most bytes written at once: others wait meanwhile. */
    private static final long MOST_AT_ONCE = 64 << 10;

    private static final byte[] NOTHING = new byte[0];

    private final Deque<Item> items = new ArrayDeque<>();
    /** How often the events of a path wait, once for each change, that a further change may be merged into. */
    private final Map<String, Integer> waiting = new HashMap<>();

    private int events;
    private long bytes;
    private int lists;

    /** The messages of a list, one by one. */
    interface Messages {
        /** Appends the next one to a buffer with room for any; false if that was the last. */
        boolean putNext(ByteBuffer target);
    }

    private sealed interface Item {}

    /** Encoded messages, ready to be read. */
    private record Block(ByteBuffer content) implements Item {
        static Block of(int size) {
            return new Block(ByteBuffer.allocate(size).flip());
        }
    }

    /** What is not encoded yet of a list. */
    private record Listing(Messages rest) implements Item {}

    /** The events of one change: as many as there are watches of this client that it concerns. */
    private static final class Events implements Item {
        private final String path;
        private int count;
        /** Some of them are encoded: a watch has had its event. */
        private boolean begun;

        Events(String path, int count) {
            this.path = path;
            this.count = count;
        }
    }

    /** Bytes that wait; of a list those that are encoded. */
    long bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return items.isEmpty();
    }

    /** True while a list is not encoded to its end. */
    boolean isListing() {
        return lists > 0;
    }

    /** Appends a message; the arguments are within the limits of the protocol. */
    void add(MessageType type, String path, byte[] data) {
        append(MessageCodec.HEADER_LENGTH + data.length, target -> {
            MessageCodec.put(type, path, data, target);
            return false;
        });
    }

    /** Appends a list: what goes into the queue below the high mark now, the rest when that has been taken. */
    void add(Messages list) {
        boolean more = true;
        while (more && bytes <= HIGH_MARK) {
            more = append(LONGEST, list);
        }
        if (more) {
            items.add(new Listing(list));
            lists++;
        }
    }

    /** Appends a list as it is now, however long. */
    void addWhole(Messages list) {
        boolean more = true;
        while (more) {
            more = append(LONGEST, list);
        }
    }

    private boolean append(int most, Messages message) {
        ByteBuffer target = room(most);
        int position = target.position();
        int limit = target.limit();
        target.limit(target.capacity()).position(limit);
        boolean more = message.putNext(target);
        bytes += target.position() - limit;
        target.limit(target.position()).position(position);
        return more;
    }

    /** The last block, if it has that much room, or a new one. */
    private ByteBuffer room(int length) {
        if (items.peekLast() instanceof Block last && last.content.capacity() - last.content.limit() >= length) {
            return last.content;
        }
        Block block = Block.of(Math.max(length, items.isEmpty() ? SMALL_BLOCK : BLOCK));
        items.add(block);
        return block.content;
    }

    /** Appends the events of a change; false if there are too many, and the client is to be given up. */
    boolean addEvents(String path, int count) {
        if (events >= MERGING && waiting.containsKey(path)) {
            return true;
        }
        if (events + count > MOST_EVENTS) {
            return false;
        }
        items.add(new Events(path, count));
        waiting.merge(path, 1, Integer::sum);
        events += count;
        bytes += (long) count * MessageCodec.HEADER_LENGTH;
        return true;
    }

    /** Events that wait already are not for the watches from here on: later changes are not merged into them. */
    void fence() {
        waiting.clear();
    }

    /** Writes as much as the channel takes, but not for ever; true if nothing is left. */
    boolean writeTo(WritableByteChannel channel) throws IOException {
        long written = 0;
        while (!items.isEmpty() && written < MOST_AT_ONCE) {
            ByteBuffer block = firstBlock();
            int now = channel.write(block);
            bytes -= now;
            written += now;
            if (block.hasRemaining()) {
                return false;
            }
            items.removeFirst();
        }
        return items.isEmpty();
    }

    /** The first item as bytes. */
    private ByteBuffer firstBlock() {
        if (items.getFirst() instanceof Block block) {
            return block.content;
        }
        ByteBuffer content = ByteBuffer.allocate(BLOCK);
        if (items.getFirst() instanceof Listing listing) {
            boolean more = true;
            while (more && content.remaining() >= LONGEST) {
                more = listing.rest.putNext(content);
            }
            if (!more) {
                items.removeFirst();
                lists--;
            }
            bytes += content.position();
        } else {
            encodeEvents(content);
        }
        items.addFirst(new Block(content.flip()));
        return content;
    }

    private void encodeEvents(ByteBuffer content) {
        while (items.peekFirst() instanceof Events group && content.remaining() >= MessageCodec.HEADER_LENGTH) {
            if (!group.begun) {
                group.begun = true;
                waiting.computeIfPresent(group.path, (same, times) -> times == 1 ? null : times - 1);
            }
            MessageCodec.put(MessageType.EVENT, group.path, NOTHING, content);
            group.count--;
            events--;
            if (group.count == 0) {
                items.removeFirst();
            }
        }
    }
}
