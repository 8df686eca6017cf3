package org.qubestools.qubesdb.daemon;

import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.qubesdb.MessageCodec;
import org.qubestools.qubesdb.MessageType;

/**
 * The messages of LIST and MULTIREAD, end mark included, read from the store as they are needed. What changes behind the
 * place that is reached is seen, what changes before it is told by events, which come after the list.
 */
final class StoreList implements OutputQueue.Messages {
    private static final byte[] NOTHING = new byte[0];

    private final DomainStore store;
    private final MessageType type;
    private final String prefix;
    /** The key that was put last. */
    private @Nullable String last;

    /** A list of the keys that begin with a prefix. */
    StoreList(DomainStore store, MessageType type, String prefix) {
        this.store = store;
        this.type = type;
        this.prefix = prefix;
    }

    @Override
    public boolean putNext(ByteBuffer target) {
        boolean values = type == MessageType.MULTIREAD_REPLY;
        // Everything with its values comes in descending order: it is the dump for a VM.
        Map.Entry<String, byte[]> entry = values && prefix.isEmpty() ? store.previous(last) : store.next(prefix, last);
        if (entry == null) {
            MessageCodec.put(type, "", NOTHING, target);
            return false;
        }
        last = entry.getKey();
        MessageCodec.put(type, entry.getKey(), values ? entry.getValue() : NOTHING, target);
        return true;
    }
}
