package org.qubestools.backup.format;

import java.nio.charset.StandardCharsets;

/**
 * The header file of a backup.
 *
 * @param version 2, 3 or 4
 * @param encrypted always true in format 4
 * @param compressionFilter name of the program that compressed; gzip where nothing was said
 * @param hmacAlgorithm OpenSSL's name of a digest as the header spells it; {@code scrypt} in format 4
 * @param cryptoAlgorithm OpenSSL's name of a cipher
 * @param backupId empty but for format 4
 */
public record BackupHeader(
        FormatVersion version,
        boolean encrypted,
        boolean compressed,
        String compressionFilter,
        String hmacAlgorithm,
        String cryptoAlgorithm,
        String backupId) {
    /** Name of the member that holds it. */
    public static final String MEMBER = "backup-header";
    /** Name of the member that authenticates it. */
    public static final String HMAC_MEMBER = "backup-header.hmac";

    /** The bytes of the file, keys in the order the originals write them. */
    public byte[] bytes() {
        StringBuilder text = new StringBuilder();
        text.append("version=").append(version.number()).append('\n');
        if (version == FormatVersion.V4) {
            line(text, "encrypted", bool(encrypted));
            line(text, "compressed", bool(compressed));
            line(text, "compression-filter", compressionFilter);
            line(text, "hmac-algorithm", hmacAlgorithm);
            line(text, "backup-id", backupId);
        } else {
            line(text, "hmac-algorithm", hmacAlgorithm);
            line(text, "crypto-algorithm", cryptoAlgorithm);
            line(text, "encrypted", bool(encrypted));
            line(text, "compressed", bool(compressed));
            if (compressed) {
                line(text, "compression-filter", compressionFilter);
            }
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append(key).append('=').append(value).append('\n');
    }

    private static String bool(boolean value) {
        return value ? "True" : "False";
    }
}
