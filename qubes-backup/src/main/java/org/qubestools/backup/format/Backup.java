package org.qubestools.backup.format;

import java.util.List;
import java.util.Optional;
import org.qubestools.backup.archive.TarEntry;

/** A backup of any version, open for reading. */
public interface Backup extends AutoCloseable {
    FormatVersion version();

    /** False for format 1, which holds nothing that could prove it genuine. */
    boolean isAuthenticated();

    /** What its header says, and the cost of the key derivation of format 4; empty for format 1. */
    Optional<KnownHeader> knownHeader();

    /** The qubes.xml of the backup as an entry of its archive. */
    TarEntry xmlEntry();

    /** The bytes of the qubes.xml of the backup. */
    byte[] xml();

    BackupContents contents();

    /**
     * Goes through all data, once; those of other items are passed over.
     *
     * @return what is wrong; items that lack a file which they must have are among the failed
     */
    PassResult read(List<BackupItem> items, ArchiveHandler handler);

    @Override
    void close();
}
