package org.qubestools.backup.vm;

/**
 * How much of what was asked for a VM may send before it is stopped. What was not asked for does not count: it is
 * thrown away as it comes.
 *
 * @param bytes content of all members together
 * @param bytesPerChunk allowed on top of that for each member but the {@code .hmac}s
 * @param members how many members
 * @param hint what the user can do if a good backup is larger, as a phrase that continues a message
 */
public record StreamLimit(long bytes, long bytesPerChunk, long members, String hint) {
    private static final long HEADER = 64 << 10;
    private static final long HMAC = 4096;
    private static final long HEADER_MEMBERS = 4;
    private static final long ARCHIVE_OVERHEAD = 16 << 20;
    private static final long CHUNK_OVERHEAD = 10 << 10;
    private static final long LARGEST = Long.MAX_VALUE / 4;

    /** For the header and the qubes.xml of a backup, which may have {@code qubesXml} bytes. */
    public static StreamLimit forHeader(long qubesXml, String hint) {
        return new StreamLimit(Math.min(qubesXml, LARGEST) + HEADER + 2 * HMAC, 0, HEADER_MEMBERS, hint);
    }

    /** For VMs whose sizes according to the backup add up to {@code size}, stored in so many inner archives. */
    public static StreamLimit forData(long size, int archives, String hint) {
        long sum = Math.min(size, LARGEST);
        return new StreamLimit(sum + sum / 10 + archives * ARCHIVE_OVERHEAD, CHUNK_OVERHEAD, Long.MAX_VALUE, hint);
    }
}
