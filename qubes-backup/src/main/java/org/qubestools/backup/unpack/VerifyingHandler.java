package org.qubestools.backup.unpack;

import java.io.IOException;
import org.qubestools.backup.archive.ContentSink;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.format.ArchiveHandler;
import org.qubestools.backup.format.BackupItem;

/** Reads everything under the rules of a restore and keeps nothing. */
public final class VerifyingHandler implements ArchiveHandler {
    @Override
    public void entry(BackupItem item, String archive, TarEntry entry, Content content) throws IOException {
        RestoreRules.check(item, entry);
        content.to(ContentSink.NOWHERE);
    }
}
