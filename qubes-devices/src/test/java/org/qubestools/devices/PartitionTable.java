package org.qubestools.devices;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Images with a partition table and, at the beginning of each partition, its name: for the kernel's own idea of
 * partitions. Tables are those of the "Master boot record" and of UEFI 2.10, section 5.3; sectors have 512 bytes.
 */
final class PartitionTable {
    private static final int SECTOR = 512;
    private static final int FIRST = 2048;
    private static final int LENGTH = 256;
    private static final int SPACE = 512;
    private static final byte LINUX = (byte) 0x83;
    private static final byte EXTENDED = 0x05;
    private static final byte PROTECTIVE = (byte) 0xee;
    private static final int GPT_ENTRIES = 128;
    private static final int GPT_ENTRY = 128;
    private static final int GPT_TABLE_SECTORS = GPT_ENTRIES * GPT_ENTRY / SECTOR;

    private final FileChannel file;
    private final int sectors;

    private PartitionTable(FileChannel file, int sectors) {
        this.file = file;
        this.sectors = sectors;
    }

    /**
     * Makes an image with so many partitions.
     *
     * @return the numbers of those that hold data
     */
    static List<Integer> write(Path image, boolean gpt, int partitions) throws IOException {
        int sectors = FIRST + (partitions + 2) * SPACE;
        try (FileChannel file = FileChannel.open(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            PartitionTable table = new PartitionTable(file, sectors);
            table.put(sectors - 1, buffer(SECTOR));
            return gpt ? table.gpt(partitions) : table.mbr(partitions);
        }
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void put(int sector, ByteBuffer bytes) throws IOException {
        file.write(bytes.rewind(), (long) sector * SECTOR);
    }

    private void mark(int partition, int sector) throws IOException {
        put(sector, ByteBuffer.wrap(marker(partition).getBytes(StandardCharsets.US_ASCII)));
    }

    /** What a partition begins with. */
    static String marker(int partition) {
        return "partition %03d".formatted(partition);
    }

    private static ByteBuffer bootRecord() {
        return buffer(SECTOR).put(510, (byte) 0x55).put(511, (byte) 0xaa);
    }

    private static void entry(ByteBuffer record, int index, byte type, int start, int length) {
        int at = 446 + 16 * index;
        record.put(at + 4, type).putInt(at + 8, start).putInt(at + 12, length);
    }

    /** Up to four primary ones; beyond that three, a container, and logical ones in a chain. */
    private List<Integer> mbr(int partitions) throws IOException {
        ByteBuffer record = bootRecord();
        List<Integer> numbers = new ArrayList<>();
        int primary = partitions <= 4 ? partitions : 3;
        for (int i = 0; i < primary; i++) {
            int start = FIRST + i * SPACE;
            entry(record, i, LINUX, start, LENGTH);
            mark(i + 1, start);
            numbers.add(i + 1);
        }
        if (partitions > 4) {
            int container = FIRST + primary * SPACE;
            entry(record, 3, EXTENDED, container, sectors - container);
            for (int number = 5; number <= partitions; number++) {
                int link = container + (number - 5) * SPACE;
                ByteBuffer logical = bootRecord();
                entry(logical, 0, LINUX, 64, LENGTH);
                if (number < partitions) {
                    entry(logical, 1, EXTENDED, link + SPACE - container, SPACE);
                }
                put(link, logical);
                mark(number, link + 64);
                numbers.add(number);
            }
        }
        put(0, record);
        return numbers;
    }

    private List<Integer> gpt(int partitions) throws IOException {
        ByteBuffer protective = bootRecord();
        entry(protective, 0, PROTECTIVE, 1, sectors - 1);
        put(0, protective);
        ByteBuffer table = buffer(GPT_ENTRIES * GPT_ENTRY);
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            int start = FIRST + i * SPACE;
            int at = i * GPT_ENTRY;
            // "Linux filesystem data", 0fc63daf-8483-4772-8e79-3d69d8477de4
            table.putLong(at, 0x477284830fc63dafL).putLong(at + 8, 0xe47d47d8693d798eL);
            table.putLong(at + 16, i + 1).putLong(at + 24, i + 1);
            table.putLong(at + 32, start).putLong(at + 40, start + LENGTH - 1);
            mark(i + 1, start);
            numbers.add(i + 1);
        }
        put(2, table);
        put(sectors - 1 - GPT_TABLE_SECTORS, table);
        put(1, header(1, sectors - 1, 2, table));
        put(sectors - 1, header(sectors - 1, 1, sectors - 1 - GPT_TABLE_SECTORS, table));
        return numbers;
    }

    private ByteBuffer header(int here, int other, int tableAt, ByteBuffer table) {
        ByteBuffer header = buffer(SECTOR);
        header.put(0, "EFI PART".getBytes(StandardCharsets.US_ASCII));
        header.putInt(8, 0x10000).putInt(12, 92);
        header.putLong(24, here).putLong(32, other);
        header.putLong(40, FIRST).putLong(48, sectors - 2L - GPT_TABLE_SECTORS);
        header.putLong(56, 7).putLong(64, 7);
        header.putLong(72, tableAt);
        header.putInt(80, GPT_ENTRIES).putInt(84, GPT_ENTRY).putInt(88, crc(table, table.capacity()));
        return header.putInt(16, crc(header, 92));
    }

    private static int crc(ByteBuffer bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes.slice(0, length));
        return (int) crc.getValue();
    }
}
