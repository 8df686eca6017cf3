package org.qubestools.backup.archive;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The records {@code length key=value} of a pax header, untrusted; several of one key are kept in their order. */
final class PaxRecords {
    static final PaxRecords NONE = new PaxRecords(List.of());

    private final List<Entry> records;

    /** Key and value bytes of one record. */
    private static final class Entry {
        private final String key;
        private final byte[] value;

        Entry(String key, byte[] value) {
            this.key = key;
            this.value = value;
        }
    }

    private PaxRecords(List<Entry> records) {
        this.records = records;
    }

    static PaxRecords parse(byte[] untrusted) throws DamagedArchive {
        List<Entry> records = new ArrayList<>();
        int at = 0;
        while (at < untrusted.length) {
            int blank = indexOf(untrusted, (byte) ' ', at, untrusted.length);
            if (blank < 0) {
                throw new DamagedArchive("a pax header is malformed");
            }
            int length = length(untrusted, at, blank);
            int end = at + length;
            if (length < blank - at + 4 || end > untrusted.length || end < at || untrusted[end - 1] != '\n') {
                throw new DamagedArchive("a pax header is malformed");
            }
            int equals = indexOf(untrusted, (byte) '=', blank + 1, end);
            if (equals < 0) {
                throw new DamagedArchive("a pax header is malformed");
            }
            String key = new String(untrusted, blank + 1, equals - blank - 1, StandardCharsets.ISO_8859_1);
            records.add(new Entry(key, Arrays.copyOfRange(untrusted, equals + 1, end - 1)));
            at = end;
        }
        return new PaxRecords(records);
    }

    private static int indexOf(byte[] bytes, byte wanted, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static int length(byte[] bytes, int from, int to) throws DamagedArchive {
        if (to == from || to - from > 7) {
            throw new DamagedArchive("a pax header is malformed");
        }
        int value = 0;
        for (int i = from; i < to; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                throw new DamagedArchive("a pax header is malformed");
            }
            value = value * 10 + bytes[i] - '0';
        }
        return value;
    }

    /** The last value of this key, or null. */
    byte @Nullable [] get(String key) {
        byte[] value = null;
        for (Entry record : records) {
            if (record.key.equals(key)) {
                value = record.value;
            }
        }
        return value;
    }

    /** A value that must be a whole number of decimal digits; null if there is none. */
    @Nullable
    Long number(String key) throws DamagedArchive {
        byte[] value = get(key);
        return value == null ? null : decimal(value, 0, value.length);
    }

    /** The time in whole seconds; what is behind the point is dropped. */
    @Nullable
    Long seconds(String key) throws DamagedArchive {
        byte[] value = get(key);
        if (value == null) {
            return null;
        }
        int point = indexOf(value, (byte) '.', 0, value.length);
        boolean negative = value.length > 0 && value[0] == '-';
        long whole = decimal(value, negative ? 1 : 0, point < 0 ? value.length : point);
        return negative ? -whole : whole;
    }

    static long decimal(byte[] text, int from, int to) throws DamagedArchive {
        if (to <= from || to - from > 18) {
            throw new DamagedArchive("a number in a pax header is malformed");
        }
        long number = 0;
        for (int i = from; i < to; i++) {
            if (text[i] < '0' || text[i] > '9') {
                throw new DamagedArchive("a number in a pax header is malformed");
            }
            number = number * 10 + text[i] - '0';
        }
        return number;
    }

    /** The sparse map of pax sparse 0.0 (pairs of records) or 0.1 (one record); null if there is none. */
    @Nullable
    SparseMap sparseMap(long realSize) throws DamagedArchive {
        SparseMap.Builder map = new SparseMap.Builder();
        byte[] list = get("GNU.sparse.map");
        if (list != null) {
            int at = 0;
            while (at < list.length) {
                int comma = indexOf(list, (byte) ',', at, list.length);
                int end = indexOf(list, (byte) ',', comma + 1, list.length);
                end = end < 0 ? list.length : end;
                if (comma < 0) {
                    throw new DamagedArchive("a sparse map is malformed");
                }
                map.add(decimal(list, at, comma), decimal(list, comma + 1, end));
                at = end + 1;
            }
            return map.build(realSize);
        }
        long offset = -1;
        for (Entry record : records) {
            if (record.key.equals("GNU.sparse.offset")) {
                offset = decimal(record.value, 0, record.value.length);
            } else if (record.key.equals("GNU.sparse.numbytes") && offset >= 0) {
                map.add(offset, decimal(record.value, 0, record.value.length));
                offset = -1;
            }
        }
        return map.isEmpty() ? null : map.build(realSize);
    }
}
