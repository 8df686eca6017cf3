package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Objects;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.TaskScope;

/** Notes that the store's file was written or replaced, in a thread of its own. */
final class StoreWatch implements AutoCloseable {
    private final WatchService service;
    private final Path name;
    private final Runnable touched;
    private final TaskScope scope = new TaskScope();

    /**
     * Looks from now on.
     *
     * @param store the file, whose directory exists
     * @param touched called by the other thread
     */
    StoreWatch(Path store, Runnable touched) {
        Path directory = Objects.requireNonNull(store.getParent());
        this.name = Objects.requireNonNull(store.getFileName());
        this.touched = touched;
        try {
            service = directory.getFileSystem().newWatchService();
            // A save renames a new file over the old one, which is a creation; an editor may write in place.
            directory.register(
                    service,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_MODIFY,
                    StandardWatchEventKinds.ENTRY_DELETE);
        } catch (IOException e) {
            throw new QubesException(ErrorKind.FAILED, directory + " cannot be watched: " + e.getMessage(), null, e);
        }
        scope.fork("store-watch", this::run);
    }

    private void run() throws InterruptedException {
        try {
            while (true) {
                WatchKey key = service.take();
                boolean concerned = false;
                for (WatchEvent<?> event : key.pollEvents()) {
                    concerned |= event.kind() == StandardWatchEventKinds.OVERFLOW || name.equals(event.context());
                }
                if (concerned) {
                    touched.run();
                }
                if (!key.reset()) {
                    touched.run();
                    return;
                }
            }
        } catch (ClosedWatchServiceException e) {
            return; // that is how close() ends it
        }
    }

    @Override
    public void close() {
        try {
            service.close();
        } catch (IOException e) {
            throw new QubesException(ErrorKind.FAILED, "the watch of the store: " + e.getMessage(), null, e);
        } finally {
            scope.close();
        }
    }
}
