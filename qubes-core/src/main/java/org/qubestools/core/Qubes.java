package org.qubestools.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.edit.Change;
import org.qubestools.core.edit.EditHooks;
import org.qubestools.core.edit.SetUuid;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.history.Author;
import org.qubestools.core.history.Generations;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.runtime.DispIds;
import org.qubestools.core.runtime.HostServices;
import org.qubestools.core.runtime.RunReport;
import org.qubestools.core.runtime.RunningSystem;
import org.qubestools.core.runtime.UuidKeeper;
import org.qubestools.core.storage.PlannedTree;
import org.qubestools.core.store.LockWait;
import org.qubestools.core.store.StoreFile;
import org.qubestools.core.store.StoreSnapshot;
import org.qubestools.core.vmm.LazyVmm;

/**
 * The one entry point of the core: the stored VMs and the running system, connected to nothing until asked.
 *
 * <p>Not safe for use from several threads.
 */
public final class Qubes implements AutoCloseable {
    private final QubesConfig config;
    private final LazyVmm vmm;
    private final FileLayer layer;
    private final Clock clock;
    private final LockWait lockWait;
    private final EditPlace place;
    private final @Nullable BatchEdit batch;
    private final boolean onlyTells;

    /** The core of a run of which nobody says whose it is; see the other constructor. */
    public Qubes(QubesConfig config, LazyVmm vmm, FileLayer layer, Clock clock, LockWait lockWait, EditHooks hooks) {
        this(config, vmm, layer, clock, lockWait, hooks, Author.UNKNOWN, false);
    }

    /**
     * The core of one run. Takes over {@code vmm}: {@link #close} closes it.
     *
     * @param hooks are told what edits do, under the lock of the store: they must not wait for it
     * @param author whom the history names
     * @param onlyTells whether every edit is a dry run
     */
    public Qubes(
            QubesConfig config,
            LazyVmm vmm,
            FileLayer layer,
            Clock clock,
            LockWait lockWait,
            EditHooks hooks,
            Author author,
            boolean onlyTells) {
        this.config = config;
        this.vmm = vmm;
        this.layer = layer;
        this.clock = clock;
        this.lockWait = lockWait;
        this.place = new EditPlace(config, vmm, layer, clock, lockWait, hooks, author);
        this.onlyTells = onlyTells;
        this.batch = null;
    }

    /** What a line of {@code batch} sees of {@code whole}. */
    Qubes(Qubes whole, LazyVmm vmm, BatchEdit batch) {
        this.config = whole.config;
        this.vmm = vmm;
        this.layer = whole.layer;
        this.clock = whole.clock;
        this.lockWait = whole.lockWait;
        this.place = whole.place;
        this.onlyTells = whole.onlyTells;
        this.batch = batch;
    }

    public QubesConfig config() {
        return config;
    }

    public LazyVmm vmm() {
        return vmm;
    }

    /**
     * The running side of the VMs of {@code store}, to start and stop them; connected to nothing yet. The caller closes it,
     * before this.
     *
     * @param time passes while something is waited for
     */
    public RunningSystem running(StoreSnapshot store, HostServices host, WaitTime time, RunReport report) {
        RunningSystem.Place place = new RunningSystem.Place(config, layer, StoreOwnership.of(config), time, clock);
        return new RunningSystem(vmm, place, store.vms(), store.pools(), host, new Identities(this), report);
    }

    /** DisposableVMs beside the VMs of {@code system}; the caller closes it, before that. */
    public Disposables disposables(RunningSystem system) {
        return new Disposables(this, system, new DispIds(config, layer, StoreOwnership.of(config)));
    }

    /** Saves them in the store. No lambda: most runs never have one to save. */
    private record Identities(Qubes qubes) implements UuidKeeper {
        @Override
        public void keep(QubesVm vm, String uuid) {
            qubes.edit(List.of(new SetUuid(vm.name(), uuid)), false);
        }
    }

    /** Reads the store under the shared lock, which is released at once. */
    public StoreSnapshot load() {
        if (batch != null) {
            return batch.planned();
        }
        byte[] bytes;
        try {
            bytes = readStore();
        } catch (QubesException e) {
            throw shown(e);
        }
        return place.parse(bytes);
    }

    /** What the file system is like, in a batch after what is planned so far. */
    public PlannedTree files() {
        return batch == null ? new PlannedTree() : batch.files();
    }

    private byte[] readStore() {
        try (StoreFile file = StoreFile.openShared(config.store(), lockWait)) {
            return file.read();
        }
    }

    /**
     * Any file with a store in it: a copy, a generation, the store of another machine. It is read as it is, without a lock.
     *
     * @throws QubesException STORE_MISSING if it is absent or unreadable, STORE_CORRUPT if it is no store
     */
    public StoreSnapshot readCopy(Path file) {
        if (isStoreInUse(file)) {
            return load();
        }
        return StoreSnapshot.parse(SafeText.of(file.toString()), StoreFile.readCopy(file), place.pools());
    }

    /** A store from these bytes, which it takes over; {@code shown} names them in messages. */
    public StoreSnapshot parseCopy(String shown, byte[] bytes) {
        return StoreSnapshot.parse(shown, bytes, place.pools());
    }

    /** What the store was before each change. */
    public Generations history() {
        return new Generations(config.real(EditPlace.HISTORY), config.store(), this::readStore);
    }

    private boolean isStoreInUse(Path file) {
        try {
            return Files.exists(file) && Files.exists(config.store()) && Files.isSameFile(file, config.store());
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /** The same with paths as users know them. */
    private QubesException shown(QubesException e) {
        if (e.kind() == ErrorKind.STORE_MISSING && !Files.isDirectory(config.root())) {
            return new QubesException(
                    ErrorKind.STORE_MISSING,
                    "there is no directory " + SafeText.of(config.root().toString()) + " to look for the store in",
                    "name another with --root (QUBES_ROOT)",
                    e);
        }
        String message = config.shownIn(String.valueOf(e.getMessage()));
        return message.equals(e.getMessage())
                ? e
                : new QubesException(e.kind(), message, e.hint().orElse(null), e);
    }

    /**
     * Applies changes to the store in order, under the exclusive lock from before the load until all is saved: all of
     * them, their files included, or none.
     *
     * @param dryRun only tell what would change
     */
    public EditOutcome edit(List<? extends Change> changes, boolean dryRun) {
        if (batch != null) {
            return batch.edit(changes, vmm, dryRun);
        }
        try (StoreEdit edit = StoreEdit.open(place)) {
            return edit.apply(changes, dryRun || onlyTells);
        } catch (QubesException e) {
            throw shown(e);
        }
    }

    /**
     * One edit that {@code lines} puts together under the exclusive lock: all of it or nothing.
     *
     * @param newStore there is no store yet; it comes into being with all of this, or not at all
     * @param dryRun only tell what would change
     * @throws QubesException besides the usual ones, whatever {@code lines} throws; IN_USE if there is a store already
     */
    public EditOutcome batch(BatchEdit.Lines lines, boolean newStore, boolean dryRun) {
        StoreEdit.Planner planner = (before, draft) ->
                lines.plan(new BatchEdit(this, before, draft, newStore ? StoreInit.describe(config) : List.of()));
        try {
            if (newStore && dryRun) {
                return StoreEdit.dryRunOfNew(place, planner);
            }
            try (StoreEdit edit = newStore ? StoreEdit.openNew(place) : StoreEdit.open(place)) {
                return edit.apply(planner, dryRun);
            }
        } catch (QubesException e) {
            throw shown(e);
        }
    }

    /** The bytes that the store would have after these changes, of which nothing is done. */
    public byte[] preview(List<? extends Change> changes) {
        StoreSnapshot before = load();
        return before.withChanges(place.draft(before, changes).vms());
    }

    /**
     * Makes an empty store and the missing directories of the tree; IN_USE if there is a store.
     *
     * @param dryRun only tell what would be made
     * @return a line for each thing made
     */
    public List<String> initStorage(boolean dryRun) {
        return batch == null ? StoreInit.run(config, layer, lockWait, dryRun || onlyTells) : batch.init();
    }

    /** Looks after the store: what is wrong with it, and how that is mended. */
    public StoreCare care() {
        return new StoreCare(this, place);
    }

    /** True if the group of the store's files is left alone because the tree below the root does not know it. */
    public boolean leavesGroupAlone() {
        return StoreOwnership.isLeftAlone(config);
    }

    @Override
    public void close() {
        if (batch == null) {
            vmm.close();
        }
    }

    static UncheckedIOException failed(Path path, IOException e) {
        return new UncheckedIOException(path + ": " + e.getMessage(), e);
    }
}
