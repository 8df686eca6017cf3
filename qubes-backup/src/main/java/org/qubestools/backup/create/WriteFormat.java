package org.qubestools.backup.create;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.compress.Filter;
import org.qubestools.backup.crypto.HmacDigest;
import org.qubestools.backup.crypto.OpensslCipher;
import org.qubestools.backup.crypto.ScryptCost;
import org.qubestools.backup.format.BackupHeader;
import org.qubestools.backup.format.FormatVersion;

/**
 * How a backup is written.
 *
 * @param version 3 or 4
 * @param cipher of format 3; null for a backup that is not encrypted by it
 * @param digest of format 3
 * @param compression what compresses; null for none
 * @param cost of the key derivation of format 4
 * @param chunkSize bytes of a chunk before the frame of format 4
 */
public record WriteFormat(
        FormatVersion version,
        @Nullable OpensslCipher cipher,
        HmacDigest digest,
        @Nullable Compression compression,
        ScryptCost cost,
        int chunkSize) {
    /** What the originals write: 100 MiB. */
    public static final int CHUNK_SIZE = 100 << 20;

    /**
     * What compresses a backup.
     *
     * @param program its name in the header
     * @param filter what we know it as; null to run the program
     * @param level 1 to 9 (zstd: 19); 0 for the usual one
     */
    public record Compression(String program, @Nullable Filter filter, int level) {
        /** The filter of this program name, in our own code where that can compress block by block. */
        public static Compression of(String program, int level) {
            Optional<Filter> filter = Filter.named(program).filter(known -> known != Filter.LZMA);
            return new Compression(filter.map(Filter::program).orElse(program), filter.orElse(null), level);
        }
    }

    public WriteFormat {
        if (version != FormatVersion.V3 && version != FormatVersion.V4) {
            throw new IllegalArgumentException("this format is only read");
        }
        if (version == FormatVersion.V4 && cipher != null) {
            throw new IllegalArgumentException("format 4 has its own encryption");
        }
    }

    public boolean isV4() {
        return version == FormatVersion.V4;
    }

    /** Where files stand: names are hidden where the data are. */
    public BackupLayout layout() {
        if (isV4()) {
            return BackupLayout.R4;
        }
        return cipher == null ? BackupLayout.NAMES : BackupLayout.QIDS;
    }

    /**
     * The header of a backup of this format.
     *
     * @param backupId is used by format 4 only
     */
    BackupHeader header(String backupId) {
        return new BackupHeader(
                version,
                isV4() || cipher != null,
                compression != null,
                compression == null ? Filter.GZIP.program() : compression.program(),
                isV4() ? "scrypt" : digest.opensslName(),
                cipher == null ? OpensslCipher.DEFAULT_NAME : cipher.name(),
                isV4() ? backupId : "");
    }
}
