package org.qubestools.backup.create;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import org.qubestools.backup.archive.OuterTarWriter;
import org.qubestools.core.io.TaskScope;

/** The task that writes finished chunks to the target, in their order. */
record ChunkSender(BlockingQueue<FinishedChunk> finished, OuterTarWriter out) implements TaskScope.Task {
    @Override
    public void run() throws InterruptedException, IOException {
        FinishedChunk chunk = finished.take();
        while (chunk != FinishedChunk.LAST) {
            chunk.send(out);
            chunk = finished.take();
        }
    }
}
