package org.qubestools.qubesdb.daemon;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of one domain, in the order of the bytes of the keys: these are characters up to 255 here. Values that
 * are replaced or removed are overwritten in memory. For one thread.
 */
final class DomainStore {
    /** Most keys, as many as our client takes in one list. */
    static final int MAX_KEYS = 100_000;

    private final NavigableMap<String, byte[]> values = new TreeMap<>();

    /** The value itself, not a copy; null if there is no such key. */
    byte @Nullable [] get(String key) {
        return values.get(key);
    }

    /** False if there are too many keys for a new one. Takes the value over. */
    boolean put(String key, byte[] value) {
        if (values.size() >= MAX_KEYS && !values.containsKey(key)) {
            return false;
        }
        wipe(values.put(key, value));
        return true;
    }

    /** False if there is no such key. */
    boolean remove(String key) {
        byte[] removed = values.remove(key);
        wipe(removed);
        return removed != null;
    }

    /** Removes all keys with this prefix; false if there are none. */
    boolean removeAll(String prefix) {
        List<String> keys = new ArrayList<>(withPrefix(prefix).keySet());
        keys.forEach(this::remove);
        return !keys.isEmpty();
    }

    /** Removes everything. */
    void clear() {
        values.values().forEach(DomainStore::wipe);
        values.clear();
    }

    /** The keys with this prefix, ascending, as a view. */
    NavigableMap<String, byte[]> withPrefix(String prefix) {
        // Keys have characters below 0x7f: this one is behind all that begin with the prefix.
        return prefix.isEmpty() ? values : values.subMap(prefix, true, prefix + '\u00ff', false);
    }

    /** All, descending, as a view: the order of the dump for a VM. */
    Map<String, byte[]> descending() {
        return values.descendingMap();
    }

    private static void wipe(byte @Nullable [] value) {
        if (value != null) {
            Arrays.fill(value, (byte) 0);
        }
    }
}
