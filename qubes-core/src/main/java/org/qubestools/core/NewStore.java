package org.qubestools.core;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.TempName;
import org.qubestools.core.storage.FileChanges;
import org.qubestools.core.store.LockWait;
import org.qubestools.core.store.StoreFile;

/**
 * A store in the making: it has another name, which no tool reads, until all that shall be in it is there; then it gets
 * its own in one step. Killed before that there is no store, and who makes the next one takes back what was begun.
 */
final class NewStore implements AutoCloseable {
    private static final String NAME = "/var/lib/qubes/.qvm-new-store";

    private final QubesConfig config;
    private final FileLayer layer;
    private final List<Path> directories;
    private final StoreFile file;
    private boolean published;

    private NewStore(QubesConfig config, FileLayer layer, List<Path> directories, StoreFile file) {
        this.config = config;
        this.layer = layer;
        this.directories = directories;
        this.file = file;
    }

    /** True if somebody makes a store, or was killed while doing so. */
    static boolean isBegun(QubesConfig config) {
        return Files.exists(config.real(NAME), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Makes the missing directories and an empty store without its name, and locks that; waits for another one who is at
     * it. The caller closes it.
     *
     * @throws QubesException IN_USE if there is a store
     */
    static NewStore begin(QubesConfig config, FileLayer layer, LockWait wait) {
        StoreInit.requireNone(config);
        List<Path> directories = new ArrayList<>();
        try {
            StoreInit.makeDirectories(config, layer, directories);
            if (!isBegun(config)) {
                createUnlessThere(config, layer);
            }
            NewStore fresh = new NewStore(config, layer, directories, lock(config, layer, wait));
            fresh.prepare();
            return fresh;
        } catch (RuntimeException | Error e) {
            removeEmpty(layer, directories);
            throw e;
        }
    }

    private static void createUnlessThere(QubesConfig config, FileLayer layer) {
        try {
            StoreInit.create(config.real(NAME), StoreInit.empty(), layer, StoreOwnership.of(config));
        } catch (FileAlreadyExistsException e) {
            return; // another one was quicker, who is waited for
        } catch (IOException e) {
            throw Qubes.failed(config.real(NAME), e);
        }
    }

    private static StoreFile lock(QubesConfig config, FileLayer layer, LockWait wait) {
        try {
            return StoreFile.openExclusive(config.real(NAME), wait, layer, StoreOwnership.of(config));
        } catch (QubesException e) {
            StoreInit.requireNone(config); // the other one has made it meanwhile
            throw e;
        }
    }

    /** Takes back what a killed one had begun. */
    private void prepare() {
        try {
            StoreInit.requireNone(config);
            Path journal = config.real(StoreEdit.JOURNAL);
            if (Files.exists(journal)) {
                FileChanges.recover(layer, journal, StoreInit.empty());
            }
            TempName.clearStale(layer, config.real(NAME));
            file.replace(StoreInit.empty());
        } catch (IOException e) {
            close();
            throw Qubes.failed(config.real(NAME), e);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Where its content is until it has its name; this closes it. */
    StoreFile file() {
        return file;
    }

    /** Gives it its name; IN_USE if another program made a store meanwhile. */
    void publish() {
        try {
            layer.hardLink(config.real(NAME), config.store());
            published = true;
            layer.sync(config.store().resolveSibling(""));
        } catch (FileAlreadyExistsException e) {
            throw StoreInit.exists();
        } catch (IOException e) {
            throw Qubes.failed(config.store(), e);
        }
    }

    /** Removes a second name that a kill has left of a store that is complete. */
    static void removeName(QubesConfig config, FileLayer layer) {
        if (isBegun(config)) {
            try {
                layer.delete(config.real(NAME));
            } catch (IOException e) {
                throw Qubes.failed(config.real(NAME), e);
            }
        }
    }

    /** Without {@link #publish} nothing stays of it. */
    @Override
    public void close() {
        try (StoreFile last = file) {
            layer.delete(config.real(NAME));
        } catch (IOException e) {
            // Whoever makes the next store begins it anew, and no tool reads it under this name.
            published |= Files.exists(config.store());
        }
        if (!published) {
            removeEmpty(layer, directories);
        }
    }

    private static void removeEmpty(FileLayer layer, List<Path> directories) {
        for (int i = directories.size() - 1; i >= 0; i--) {
            try {
                layer.delete(directories.get(i));
            } catch (IOException e) {
                return; // somebody uses it, so that it and those around it stay
            }
        }
    }
}
