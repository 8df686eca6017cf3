package org.qubestools.core.history;

import java.util.zip.CRC32;

/**
 * By what the content of a store is known again: its length and its CRC-32. It finds what somebody else wrote, not a
 * forgery, for which write access to the store is needed anyway.
 */
final class ContentMark {
    private ContentMark() {}

    static String of(byte[] content) {
        CRC32 crc = new CRC32();
        crc.update(content);
        return content.length + "-" + Long.toHexString(crc.getValue());
    }
}
