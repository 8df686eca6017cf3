package org.qubestools.backup.archive;

import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.SafeText;

/** All header blocks of one entry: long names, pax records, the header itself, its sparse map. Used once. */
final class TarEntryHeaders {
    private static final int MAX_PAX = 1 << 20;
    private static final int SPARSE_AT = 386;
    private static final int SPARSE_IN_HEADER = 4;
    private static final int EXTENDED_AT = 482;
    private static final int REAL_SIZE_AT = 483;
    private static final int SPARSE_IN_EXTENSION = 21;
    private static final int EXTENSION_EXTENDED_AT = 504;
    private static final int SPARSE_ENTRY = 24;
    private static final int NUMBER = 12;

    private final TarVolumes volumes;
    private byte @Nullable [] longName;
    private byte @Nullable [] longTarget;
    private PaxRecords pax = PaxRecords.NONE;
    private ByteName nameInHeader = ByteName.of("");
    private boolean paxSparse;

    TarEntryHeaders(TarVolumes volumes) {
        this.volumes = volumes;
    }

    boolean isPaxSparse() {
        return paxSparse;
    }

    /** The name as a continuation in the next volume will repeat it. */
    ByteName nameInHeader() {
        return nameInHeader;
    }

    /** Reads on from {@code first}, a block that is not zero. */
    TarEntry read(byte[] first) throws IOException {
        byte[] block = first;
        while (true) {
            TarBlock header = new TarBlock(block);
            if (!header.hasChecksum()) {
                throw new DamagedArchive("the inner archive is damaged: no header where one must be");
            }
            switch (header.type()) {
                case 'L' -> longName = once(longName, longText(header.size()));
                case 'K' -> longTarget = once(longTarget, longText(header.size()));
                case 'x' -> pax = PaxRecords.parse(volumes.bytes(limited(header.size(), MAX_PAX)));
                case 'M' -> throw new DamagedArchive("the inner archive begins with a continuation");
                default -> {
                    return entry(header);
                }
            }
            byte[] next = volumes.block(false);
            if (next == null) {
                throw new DamagedArchive("the inner archive ends after the first part of a header");
            }
            block = next;
        }
    }

    private static byte[] once(byte @Nullable [] before, byte[] text) throws DamagedArchive {
        if (before != null) {
            throw new DamagedArchive("two long names for one entry");
        }
        return text;
    }

    /** The text of a long name ends with NUL. */
    private byte[] longText(long size) throws IOException {
        byte[] text = volumes.bytes(limited(size, TarReader.MAX_NAME + 1));
        int end = 0;
        while (end < text.length && text[end] != 0) {
            end++;
        }
        return Arrays.copyOf(text, end);
    }

    private static int limited(long size, int limit) throws DamagedArchive {
        if (size > limit) {
            throw new DamagedArchive("a header of " + size + " bytes");
        }
        return (int) size;
    }

    private TarEntry entry(TarBlock header) throws IOException {
        EntryType type = type(header.type());
        byte[] raw = longName != null ? longName : header.name();
        nameInHeader = ByteName.of(raw);
        raw = Objects.requireNonNullElse(pax.get("path"), raw);
        raw = Objects.requireNonNullElse(pax.get("GNU.sparse.name"), raw);
        byte[] target = longTarget != null ? longTarget : header.linkName();
        target = Objects.requireNonNullElse(pax.get("linkpath"), target);
        boolean isLink = type == EntryType.SYMLINK || type == EntryType.HARDLINK;
        int mode = (int) (header.mode() & 07777);
        Long paxTime = pax.seconds("mtime");
        long mtime = paxTime == null ? header.mtime() : paxTime;
        if (type == EntryType.DIRECTORY && header.size() != 0) {
            throw new DamagedArchive("a directory with data");
        }
        SparseMap map = type == EntryType.FILE ? map(header) : SparseMap.dense(0);
        if (map.realSize() > TarReader.MAX_SIZE) {
            throw new DamagedArchive("a file of " + map.realSize() + " bytes, " + TarReader.MAX_SIZE + " are allowed");
        }
        ByteName linkTarget = ByteName.of(isLink ? target : new byte[0]);
        if (type == EntryType.HARDLINK) {
            linkTarget = TarReader.normalized(target);
        }
        return new TarEntry(TarReader.normalized(raw), type, mode, mtime, map, linkTarget);
    }

    private static EntryType type(char type) throws DamagedArchive {
        return switch (type) {
            case '0', 0, '7', 'S' -> EntryType.FILE;
            case '1' -> EntryType.HARDLINK;
            case '2' -> EntryType.SYMLINK;
            case '3' -> EntryType.CHARACTER_DEVICE;
            case '4' -> EntryType.BLOCK_DEVICE;
            case '5' -> EntryType.DIRECTORY;
            case '6' -> EntryType.PIPE;
            default ->
                throw new DamagedArchive("an entry of the unknown type '" + SafeText.of(String.valueOf(type)) + "'");
        };
    }

    private SparseMap map(TarBlock header) throws IOException {
        Long paxSize = pax.number("size");
        long size = paxSize == null ? header.size() : paxSize;
        if (header.type() == 'S') {
            return gnuMap(header, size);
        }
        Long major = pax.number("GNU.sparse.major");
        Long realSize = pax.number("GNU.sparse.realsize");
        realSize = realSize == null ? pax.number("GNU.sparse.size") : realSize;
        if (major != null && major > 0) {
            if (major > 1 || realSize == null) {
                throw new DamagedArchive("a sparse file of an unknown kind");
            }
            paxSparse = true;
            return mapBeforeData(size, realSize);
        }
        SparseMap listed = realSize == null ? null : pax.sparseMap(realSize);
        if (listed != null) {
            paxSparse = true;
            return checked(listed, size);
        }
        return SparseMap.dense(size);
    }

    private static SparseMap checked(SparseMap map, long stored) throws DamagedArchive {
        if (map.stored() != stored) {
            throw new DamagedArchive("a sparse map describes " + map.stored() + " bytes, " + stored + " are stored");
        }
        return map;
    }

    /** Old GNU: four entries in the header, more in extension blocks. */
    private SparseMap gnuMap(TarBlock header, long stored) throws IOException {
        SparseMap.Builder map = new SparseMap.Builder();
        boolean more = entries(header, SPARSE_AT, SPARSE_IN_HEADER, map);
        long realSize = header.number(REAL_SIZE_AT, NUMBER);
        boolean extended = header.bytes()[EXTENDED_AT] != 0;
        while (extended) {
            byte[] block = volumes.blockOf(nameInHeader);
            if (block == null) {
                throw new DamagedArchive("the inner archive ends inside a sparse map");
            }
            TarBlock extension = new TarBlock(block);
            more = more && entries(extension, 0, SPARSE_IN_EXTENSION, map);
            extended = block[EXTENSION_EXTENDED_AT] != 0;
        }
        return checked(map.build(realSize), stored);
    }

    /** Adds entries up to the first empty field; false if there was one. */
    private static boolean entries(TarBlock block, int at, int count, SparseMap.Builder map) throws DamagedArchive {
        for (int i = 0; i < count; i++) {
            int entry = at + i * SPARSE_ENTRY;
            if (block.bytes()[entry + NUMBER] == 0) {
                return false;
            }
            map.add(block.number(entry, NUMBER), block.number(entry + NUMBER, NUMBER));
        }
        return true;
    }

    /** Pax sparse 1.0: count, then offsets and lengths, one decimal number a line, padded to 512. */
    private SparseMap mapBeforeData(long size, long realSize) throws IOException {
        SparseMapText text = new SparseMapText(volumes);
        SparseMap map = text.read(realSize);
        return checked(map, size - text.length());
    }
}
