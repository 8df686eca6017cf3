package org.qubestools.core.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.posix.RawPath;

/**
 * An empty qcow2 image (version 3) over a raw one: reading it gives the raw image, writing changes only itself.
 *
 * <p>Four kinds of clusters of 64 KiB, one after the other: the header with the name of the raw image, the table of
 * reference counts, their one block, the first-level table, which is all zero.
 */
public final class QcowOverlay {
    private static final int MAGIC = 0x514649fb;
    private static final int VERSION = 3;
    private static final int CLUSTER_BITS = 16;
    private static final int CLUSTER = 1 << CLUSTER_BITS;
    /** Bytes that one entry of the first-level table stands for. */
    private static final long L1_ENTRY = (long) CLUSTER * (CLUSTER / 8);

    private static final int HEADER_LENGTH = 104;
    private static final int BACKING_FORMAT = 0xe2792aca;
    private static final int REFCOUNT_ORDER = 4;
    private static final int L1_CLUSTER = 3;
    private static final int MAX_NAME = 1023;
    private static final int SECTOR = 512;

    private QcowOverlay() {}

    /**
     * Makes {@code file}, which must not exist, over the raw image {@code backing}, which is named by its whole path.
     *
     * @param bytes length of the raw image
     */
    public static void create(FileLayer layer, Path file, Path backing, long bytes) throws IOException {
        byte[] name = RawPath.bytes(backing.toAbsolutePath());
        if (name.length > MAX_NAME) {
            throw new IOException("the path of the image below it is longer than " + MAX_NAME + " bytes");
        }
        long size = (bytes + SECTOR - 1) / SECTOR * SECTOR;
        int entries = Math.toIntExact((size + L1_ENTRY - 1) / L1_ENTRY);
        int tables = Math.max(1, (entries * 8 + CLUSTER - 1) / CLUSTER);
        ByteBuffer front = ByteBuffer.allocate(L1_CLUSTER * CLUSTER);
        header(front, name, size, entries);
        front.putLong(CLUSTER, 2L * CLUSTER);
        for (int cluster = 0; cluster < L1_CLUSTER + tables; cluster++) {
            front.putShort(2 * CLUSTER + 2 * cluster, (short) 1);
        }
        try (FileChannel channel = layer.createFile(file)) {
            layer.write(channel, front.array());
        }
        layer.setLength(file, (long) (L1_CLUSTER + tables) * CLUSTER);
    }

    private static void header(ByteBuffer to, byte[] name, long size, int entries) {
        int nameOffset = HEADER_LENGTH + 16 + 8;
        to.putInt(MAGIC).putInt(VERSION);
        to.putLong(nameOffset).putInt(name.length);
        to.putInt(CLUSTER_BITS).putLong(size);
        to.putInt(0); // not encrypted
        to.putInt(entries).putLong((long) L1_CLUSTER * CLUSTER);
        to.putLong(CLUSTER).putInt(1);
        to.putInt(0).putLong(0); // no snapshots
        to.putLong(0).putLong(0).putLong(0); // no features
        to.putInt(REFCOUNT_ORDER).putInt(HEADER_LENGTH);
        to.putInt(BACKING_FORMAT).putInt(3).put("raw".getBytes(StandardCharsets.US_ASCII));
        to.position(HEADER_LENGTH + 16);
        to.putInt(0).putInt(0); // end of the extensions
        to.put(name);
    }
}
