package org.qubestools.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.qubestools.core.edit.Change;
import org.qubestools.core.edit.Draft;
import org.qubestools.core.edit.EditHooks;
import org.qubestools.core.edit.HostTree;
import org.qubestools.core.edit.SetUuid;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.StoreDifference;
import org.qubestools.core.runtime.DispIds;
import org.qubestools.core.runtime.HostServices;
import org.qubestools.core.runtime.RunReport;
import org.qubestools.core.runtime.RunningSystem;
import org.qubestools.core.storage.FileChanges;
import org.qubestools.core.storage.StorageConf;
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
    /** Notes which files an edit has begun to change, so that a killed edit can be undone or finished. */
    private static final String JOURNAL = "/var/lib/qubes/.qvm-pending";

    private final QubesConfig config;
    private final LazyVmm vmm;
    private final FileLayer layer;
    private final Clock clock;
    private final LockWait lockWait;
    private final EditHooks hooks;

    /**
     * The core of one run. Takes over {@code vmm}: {@link #close} closes it.
     *
     * @param hooks are told what edits do, under the lock of the store: they must not wait for it
     */
    public Qubes(QubesConfig config, LazyVmm vmm, FileLayer layer, Clock clock, LockWait lockWait, EditHooks hooks) {
        this.config = config;
        this.vmm = vmm;
        this.layer = layer;
        this.clock = clock;
        this.lockWait = lockWait;
        this.hooks = hooks;
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
        return new RunningSystem(vmm, place, store.vms(), store.pools(), host, this::keepUuid, report);
    }

    /** DisposableVMs beside the VMs of {@code system}; the caller closes it, before that. */
    public Disposables disposables(RunningSystem system) {
        return new Disposables(this, system, new DispIds(config, layer, StoreOwnership.of(config)));
    }

    private void keepUuid(QubesVm vm, String uuid) {
        edit(List.of(new SetUuid(vm.name(), uuid)), false);
    }

    /** Reads the store under the shared lock, which is released at once. */
    public StoreSnapshot load() {
        byte[] bytes;
        try {
            bytes = readStore();
        } catch (QubesException e) {
            throw shown(e);
        }
        return StoreSnapshot.parse(QubesConfig.STORE, bytes, pools());
    }

    private byte[] readStore() {
        try (StoreFile file = StoreFile.openShared(config.store(), lockWait)) {
            return file.read();
        }
    }

    /** The same with paths as users know them. */
    private QubesException shown(QubesException e) {
        String message = config.shownIn(String.valueOf(e.getMessage()));
        return message.equals(e.getMessage())
                ? e
                : new QubesException(e.kind(), message, e.hint().orElse(null), e);
    }

    private StorageConf pools() {
        return new StorageConf(config.real(StorageConf.FILE));
    }

    /**
     * Applies changes to the store in order, under the exclusive lock from before the load until all is saved: all of
     * them, their files included, or none.
     *
     * @param dryRun only tell what would change
     */
    public EditOutcome edit(List<? extends Change> changes, boolean dryRun) {
        try {
            return editLocked(changes, dryRun);
        } catch (QubesException e) {
            throw shown(e);
        }
    }

    /** The bytes that the store would have after these changes, of which nothing is done. */
    public byte[] preview(List<? extends Change> changes) {
        StoreSnapshot before = load();
        Draft draft = new Draft(before.vms(), before.problems(), before.pools(), new HostTree(config), vmm, clock);
        for (Change change : changes) {
            change.apply(draft);
        }
        return before.withChanges(draft.vms());
    }

    private EditOutcome editLocked(List<? extends Change> changes, boolean dryRun) {
        Ownership ownership = StoreOwnership.of(config);
        try (StoreFile file = StoreFile.openExclusive(config.store(), lockWait, layer, ownership)) {
            byte[] bytes = file.read();
            List<String> leftOver = new ArrayList<>(recover(bytes, dryRun));
            StoreSnapshot before = StoreSnapshot.parse(QubesConfig.STORE, bytes, pools());
            Draft draft = new Draft(before.vms(), before.problems(), before.pools(), new HostTree(config), vmm, clock);
            for (Change change : changes) {
                change.apply(draft);
            }
            byte[] after = before.withChanges(draft.vms());
            boolean changed = !before.isContent(after) || !draft.files().isEmpty();
            if (changed && !dryRun) {
                leftOver.addAll(save(file, draft, bytes, after, ownership));
            }
            return outcome(before, draft, changed && !dryRun, leftOver);
        }
    }

    /** Undoes or finishes what a killed edit had begun. */
    private List<String> recover(byte[] bytes, boolean dryRun) {
        Path journal = config.real(JOURNAL);
        if (!Files.exists(journal)) {
            if (!dryRun && Files.exists(config.real(JOURNAL + ".new"))) {
                FileChanges.removeUnfinished(layer, journal);
            }
            return List.of();
        }
        return dryRun
                ? List.of("an edit was interrupted; the next one that is no dry run finishes or undoes it first")
                : FileChanges.recover(layer, journal, bytes);
    }

    private List<String> save(StoreFile file, Draft draft, byte[] before, byte[] after, Ownership ownership) {
        draft.tellFirst(hooks);
        if (draft.files().isEmpty()) {
            draft.tellLast(hooks);
            saveStore(file, draft, after);
            return List.of();
        }
        try (FileChanges.Applied applied = draft.files().apply(layer, config.real(JOURNAL), ownership, before, after)) {
            draft.tellLast(hooks);
            saveStore(file, draft, after);
            return applied.commit();
        }
    }

    private static void saveStore(StoreFile file, Draft draft, byte[] after) {
        draft.applyToVmm();
        boolean saved = false;
        try {
            file.replace(after);
            saved = true;
        } finally {
            if (!saved) {
                draft.undoInVmm();
            }
        }
    }

    private EditOutcome outcome(StoreSnapshot before, Draft draft, boolean saved, List<String> leftOver) {
        List<String> files = new ArrayList<>();
        for (String line : draft.files().describe()) {
            files.add(config.shownIn(line));
        }
        List<String> warnings = new ArrayList<>(draft.warnings());
        for (String line : leftOver) {
            warnings.add(config.shownIn(line));
        }
        return new EditOutcome(
                StoreDifference.between(before.vms(), draft.vms()),
                files,
                saved,
                before.problems(),
                warnings,
                draft.notes(),
                draft.networkBefore());
    }

    /**
     * Makes an empty store and the missing directories of the tree; IN_USE if there is a store.
     *
     * @param dryRun only tell what would be made
     * @return a line for each thing made
     */
    public List<String> initStorage(boolean dryRun) {
        return StoreInit.run(config, layer, dryRun);
    }

    /** True if the group of the store's files is left alone because the tree below the root does not know it. */
    public boolean leavesGroupAlone() {
        return StoreOwnership.isLeftAlone(config);
    }

    @Override
    public void close() {
        vmm.close();
    }

    static UncheckedIOException failed(Path path, IOException e) {
        return new UncheckedIOException(path + ": " + e.getMessage(), e);
    }
}
