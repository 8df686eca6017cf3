package org.qubestools.qubesdb.daemon;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.qubestools.qubesdb.MessageCodec;

/**
 * Keys and values of one domain, in the order of the bytes of the keys: these are characters up to 255 here. Values that
 * are replaced or removed are overwritten in memory. For one thread.
 */
final class DomainStore {
    /** Most keys, as many as our client takes in one list. */
    static final int MAX_KEYS = 100_000;
    /** Most bytes that a list of everything has, as many as our client takes. */
    static final long MAX_BYTES = 64L << 20;

    private final NavigableMap<String, byte[]> values = new TreeMap<>();
    private long bytes;

    /** The value itself, not a copy; null if there is no such key. */
    byte @Nullable [] get(String key) {
        return values.get(key);
    }

    /** False if there is no room. Takes the value over. */
    boolean put(String key, byte[] value) {
        byte[] old = values.get(key);
        long grown = bytes - size(old) + size(value);
        if (grown > MAX_BYTES || (old == null && values.size() >= MAX_KEYS)) {
            return false;
        }
        values.put(key, value);
        bytes = grown;
        wipe(old);
        return true;
    }

    private static long size(byte @Nullable [] value) {
        return value == null ? 0 : MessageCodec.HEADER_LENGTH + value.length;
    }

    private boolean remove(String key) {
        byte[] removed = values.remove(key);
        bytes -= size(removed);
        wipe(removed);
        return removed != null;
    }

    /** Removes a key or, if the path ends with a slash, all that begin with it; false if there is none. */
    boolean removePath(String path) {
        return path.endsWith("/") ? removeAll(path) : remove(path);
    }

    private boolean removeAll(String prefix) {
        List<String> keys = new ArrayList<>(withPrefix(prefix).keySet());
        keys.forEach(this::remove);
        return !keys.isEmpty();
    }

    /** Removes everything. */
    void clear() {
        values.values().forEach(DomainStore::wipe);
        values.clear();
        bytes = 0;
    }

    private NavigableMap<String, byte[]> withPrefix(String prefix) {
        // Keys have characters below 0x7f: this one is behind all that begin with the prefix.
        return values.subMap(prefix, true, prefix + '\u00ff', false);
    }

    /** The first entry with this prefix behind a key; null if there is none. */
    Map.@Nullable Entry<String, byte[]> next(String prefix, @Nullable String behind) {
        Map.Entry<String, byte[]> entry = behind == null ? values.ceilingEntry(prefix) : values.higherEntry(behind);
        return entry == null || !entry.getKey().startsWith(prefix) ? null : entry;
    }

    /** The last entry of all before a key; null if there is none. */
    Map.@Nullable Entry<String, byte[]> previous(@Nullable String before) {
        return before == null ? values.lastEntry() : values.lowerEntry(before);
    }

    private static void wipe(byte @Nullable [] value) {
        if (value != null) {
            Arrays.fill(value, (byte) 0);
        }
    }
}
