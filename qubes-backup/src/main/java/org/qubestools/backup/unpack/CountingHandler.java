package org.qubestools.backup.unpack;

import java.io.IOException;
import java.util.List;
import org.qubestools.backup.archive.TarEntry;
import org.qubestools.backup.format.ArchiveHandler;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.backup.format.ItemProblem;
import org.qubestools.core.io.Progress;

/** Gives everything on to another handler and tells a {@link Progress} of it: VMs, and bytes unpacked. */
public final class CountingHandler implements ArchiveHandler {
    private final ArchiveHandler handler;
    private final Progress progress;

    /** Counts for these items, whose sizes on disk are the total. */
    public CountingHandler(ArchiveHandler handler, Progress progress, List<BackupItem> items) {
        this.handler = handler;
        this.progress = progress;
        long total = 0;
        for (BackupItem item : items) {
            total = Math.min(Long.MAX_VALUE / 2, total + Math.min(item.size(), Long.MAX_VALUE / 4));
        }
        progress.start(total);
    }

    @Override
    public void begin(BackupItem item, String archive) throws IOException {
        progress.item(item.shownName());
        handler.begin(item, archive);
    }

    @Override
    public void entry(BackupItem item, String archive, TarEntry entry, Content content) throws IOException {
        handler.entry(item, archive, entry, content);
    }

    @Override
    public void done(BackupItem item, String archive) throws IOException {
        handler.done(item, archive);
    }

    @Override
    public void failed(ItemProblem problem) {
        handler.failed(problem);
    }

    @Override
    public void progress(long bytes) {
        progress.advance(bytes);
        handler.progress(bytes);
    }
}
