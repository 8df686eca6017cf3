package org.qubestools.backup.format;

import java.io.IOException;
import org.qubestools.backup.archive.ContentSink;
import org.qubestools.backup.archive.TarEntry;

/**
 * Takes what a data pass finds. Everything given is authenticated, but may come from a hostile system. A failure of its
 * own, such as a full disk, is thrown as a QubesException and ends the pass.
 */
public interface ArchiveHandler {
    /** The data of one entry, in ascending order; asking once is optional, a second time gives nothing. */
    interface Content {
        void to(ContentSink sink) throws IOException;
    }

    /** An inner archive begins. */
    default void begin(BackupItem item, String archive) throws IOException {}

    /**
     * An entry whose path is that of the archive or below, whose parents are directories, and which is the first of its
     * path.
     *
     * @throws org.qubestools.backup.archive.DamagedArchive if it must not be there; fails the VM
     */
    void entry(BackupItem item, String archive, TarEntry entry, Content content) throws IOException;

    /** The inner archive is complete and sound. */
    default void done(BackupItem item, String archive) throws IOException {}

    /** The VM cannot be whole any more; told once for each. */
    default void failed(ItemProblem problem) {}

    /** So many bytes of inner archives, uncompressed, were read. */
    default void progress(long bytes) {}
}
