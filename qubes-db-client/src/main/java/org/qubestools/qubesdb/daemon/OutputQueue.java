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
 * What one client has not taken yet: answers, and events in the order of the changes. Of many events equal ones stand for
 * each other; of too many the client is given up. For the thread of the loop.
 */
final class OutputQueue {
    /** From so many waiting events on, one that waits already is not added again. */
    static final int MERGING = 4096;
    /** Most waiting events. */
    static final int MOST_EVENTS = 65_536;

    private static final int BLOCK = 16 << 10;
    private static final byte[] NOTHING = new byte[0];

    private final Deque<Item> items = new ArrayDeque<>();
    /** How often each group of events waits. */
    private final Map<Events, Integer> waiting = new HashMap<>();

    private int events;
    private long bytes;

    private sealed interface Item {}

    /** Encoded messages, ready to be read. */
    private static final class Block implements Item {
        private ByteBuffer content = ByteBuffer.allocate(BLOCK).flip();
    }

    /** The events of one change: as many as there are watches of this client that it concerns. */
    private record Events(String path, int count) implements Item {}

    /** Bytes that wait. */
    long bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return items.isEmpty();
    }

    /** Appends a message; the arguments are within the limits of the protocol. */
    void add(MessageType type, String path, byte[] data) {
        int length = MessageCodec.HEADER_LENGTH + data.length;
        ByteBuffer target = room(length);
        int limit = target.limit();
        int position = target.position();
        target.limit(target.capacity()).position(limit);
        MessageCodec.put(type, path, data, target);
        target.limit(target.position()).position(position);
        bytes += length;
    }

    /** The last block, if it has that much room, or a new one. */
    private ByteBuffer room(int length) {
        if (items.peekLast() instanceof Block last && last.content.capacity() - last.content.limit() >= length) {
            return last.content;
        }
        Block block = new Block();
        items.add(block);
        return block.content;
    }

    /** Appends the events of a change; false if there are too many, and the client is to be given up. */
    boolean addEvents(String path, int count) {
        Events group = new Events(path, count);
        if (events >= MERGING && waiting.containsKey(group)) {
            return true;
        }
        if (events + count > MOST_EVENTS) {
            return false;
        }
        items.add(group);
        waiting.merge(group, 1, Integer::sum);
        events += count;
        bytes += (long) count * MessageCodec.HEADER_LENGTH;
        return true;
    }

    /** Writes as much as the channel takes; true if nothing is left. */
    boolean writeTo(WritableByteChannel channel) throws IOException {
        while (!items.isEmpty()) {
            ByteBuffer block = firstBlock();
            bytes -= channel.write(block);
            if (block.hasRemaining()) {
                return false;
            }
            items.removeFirst();
        }
        return true;
    }

    /** The first item as bytes, with the events behind it that still find room there. */
    private ByteBuffer firstBlock() {
        if (items.getFirst() instanceof Block block) {
            return block.content;
        }
        Block block = new Block();
        ByteBuffer content = block.content.clear();
        while (items.peekFirst() instanceof Events group) {
            int size = group.count * MessageCodec.HEADER_LENGTH;
            if (size > content.remaining() && content.position() > 0) {
                break;
            }
            if (size > content.remaining()) {
                content = ByteBuffer.allocate(size);
                block.content = content;
            }
            for (int i = 0; i < group.count; i++) {
                MessageCodec.put(MessageType.EVENT, group.path, NOTHING, content);
            }
            items.removeFirst();
            forget(group);
        }
        content.flip();
        items.addFirst(block);
        return content;
    }

    private void forget(Events group) {
        events -= group.count;
        waiting.computeIfPresent(group, (same, times) -> times == 1 ? null : times - 1);
    }
}
