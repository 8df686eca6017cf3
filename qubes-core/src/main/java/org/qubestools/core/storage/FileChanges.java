package org.qubestools.core.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.TempName;

/**
 * The changes of files that belong to one edit of the store: all of them are done before the store is saved, or none
 * remains, kill -9 and power loss included.
 *
 * <p>This is a plan, nothing happens before {@link #apply}. Steps are done in the order in which they were added, but
 * new directories and contents are made beforehand, under other names in the parent directory of their final ones;
 * that parent must exist before {@code apply} or be asked for with {@link #directory}. All paths are absolute.
 */
public final class FileChanges {
    private final List<FileChange> plan = new ArrayList<>(0);
    private final String token = TempName.token();
    private final PlannedTree planned = new PlannedTree();

    /** Makes {@code dir} and its missing parents unless it exists; on the way back it is removed if empty. */
    public void directory(Path dir) {
        add(new FileChange.Directory(checked(dir)));
    }

    /** A new directory tree; {@code dir} must not exist. */
    public void create(Path dir, Populate populate) {
        create(dir, populate, Map.of());
    }

    /** The same; {@code contents} are what {@code populate} makes, by their names in it, for {@link #planned}. */
    public void create(Path dir, Populate populate, Map<String, PlannedTree.Item> contents) {
        add(new FileChange.Create(checked(dir), populate, contents));
    }

    /** Renames a file, link or tree within its file system; {@code to} must not exist. */
    public void move(Path from, Path to) {
        add(new FileChange.Move(checked(from), checked(to), null));
    }

    /**
     * As {@link #move}, of a directory that was not made by a change: before it gets its name, {@code completed} may
     * change it, and all in it gets its group and modes and is synced, as {@link Populate} says.
     */
    public void adopt(Path from, Path to, Populate completed) {
        add(new FileChange.Move(checked(from), checked(to), completed));
    }

    /** Makes a symbolic link, or replaces one. */
    public void link(Path link, String target) {
        add(new FileChange.Link(checked(link), target));
    }

    /** Removes a symbolic link, which must exist. */
    public void unlink(Path link) {
        add(new FileChange.Unlink(checked(link)));
    }

    /** Removes a file, or a directory with everything in it, which must exist; links are never followed. */
    public void delete(Path tree) {
        add(new FileChange.Delete(checked(tree)));
    }

    /** Makes a file with this content, or replaces one; {@code mode} as in chmod. */
    public void write(Path file, byte[] content, int mode) {
        add(new FileChange.Write(checked(file), content.clone(), mode));
    }

    /** Makes a file that is one hole of this many bytes, or puts it in the place of one; {@code mode} as in chmod. */
    public void sparse(Path file, long size, int mode) {
        add(new FileChange.Sparse(checked(file), size, mode));
    }

    private void add(FileChange change) {
        planned.add(change, Staging.place(planned, token, change, plan.size()));
        plan.add(change);
    }

    /** What the file system is like after all of this. */
    public PlannedTree planned() {
        return planned;
    }

    /** How many steps there are, for {@link #rollBack}. */
    public int size() {
        return plan.size();
    }

    /** Forgets all steps but the first {@code size}. */
    public void rollBack(int size) {
        if (size < plan.size()) {
            plan.subList(size, plan.size()).clear();
            planned.clear();
            for (int i = 0; i < plan.size(); i++) {
                planned.add(plan.get(i), Staging.place(planned, token, plan.get(i), i));
            }
        }
    }

    private static Path checked(Path path) {
        if (!path.isAbsolute() || path.getFileName() == null || !path.equals(path.normalize())) {
            throw new IllegalArgumentException("not an absolute path in normal form: " + path);
        }
        return path;
    }

    public boolean isEmpty() {
        return plan.isEmpty();
    }

    /** One line for each step, for people. */
    public List<String> describe() {
        return describe(0);
    }

    /** The same for the steps after the first {@code from}. */
    public List<String> describe(int from) {
        List<String> lines = new ArrayList<>();
        for (FileChange change : plan.subList(from, plan.size())) {
            lines.add(change.describe());
        }
        return lines;
    }

    /**
     * Looks whether the plan can work, without doing anything.
     *
     * @throws QubesException FAILED, naming the first step that cannot work and why
     */
    public void check() {
        new PlanCheck(plan, token).check();
    }

    /**
     * Does everything but the final deletions; a failure undoes what was done and is a QubesException, FAILED unless
     * {@link Populate} threw another one.
     *
     * <p>The caller holds the exclusive lock of the store, has called {@link #recover}, saves the store and then calls
     * {@link Applied#commit}; closing without commit undoes everything.
     *
     * @param journal file beside the store that says what is going on, so that {@link #recover} can finish it
     * @param storeBefore the bytes of the store as it is
     * @param storeAfter the bytes that will be saved; may be the same
     */
    public Applied apply(FileLayer layer, Path journal, Ownership ownership, byte[] storeBefore, byte[] storeAfter) {
        check();
        JournalFile file = new JournalFile(layer, journal, ownership);
        AppliedChanges applied = begin(layer, file, storeBefore, storeAfter);
        try {
            applied.perform(List.copyOf(plan), token, ownership);
            return applied;
        } catch (RuntimeException | Error e) {
            try {
                applied.close();
            } catch (QubesException undo) {
                e.addSuppressed(undo);
            }
            throw e;
        }
    }

    private static AppliedChanges begin(FileLayer layer, JournalFile file, byte[] before, byte[] after) {
        try {
            List<JournalStep> leftovers = List.of();
            Optional<Journal> pending = file.read();
            if (pending.isPresent()) {
                if (pending.get().phase() != Journal.Phase.CLEAN) {
                    throw file.bad("it was not looked after before the next change");
                }
                leftovers = pending.get().steps();
            }
            Journal journal = new Journal(Journal.Phase.PREPARE, file.place(), hash(before), hash(after), leftovers);
            return new AppliedChanges(layer, file, journal);
        } catch (IOException e) {
            throw cannotRead(file, e);
        }
    }

    /**
     * Finishes or undoes a change that was interrupted; called under the exclusive lock before every edit.
     *
     * <p>If the store is what the interrupted change would have saved, the change is completed; if it is what it was
     * before, everything is undone; otherwise, and if the journal makes no sense, nothing is touched and a
     * QubesException (FAILED) names the journal.
     *
     * @return a line for each thing done or still to do; empty when nothing was pending
     */
    public static List<String> recover(FileLayer layer, Path journal, byte[] store) {
        JournalFile file = new JournalFile(layer, journal, Ownership.leftAlone());
        Optional<Journal> found;
        try {
            file.removeUnfinished();
            found = file.read();
        } catch (IOException e) {
            throw cannotRead(file, e);
        }
        if (found.isEmpty()) {
            return List.of();
        }
        Journal pending = found.get();
        AppliedChanges changes = new AppliedChanges(layer, file, pending);
        String now = pending.phase() == Journal.Phase.CHANGE ? hash(store) : "";
        if (pending.phase() == Journal.Phase.PREPARE || now.equals(pending.before())) {
            changes.close();
            return List.of("an interrupted change of files was undone");
        } else if (pending.phase() == Journal.Phase.CHANGE && !now.equals(pending.after())) {
            throw file.bad("the store was changed since by another program");
        }
        List<String> done = new ArrayList<>();
        done.add("an interrupted change of files was completed");
        done.addAll(changes.clean());
        return done;
    }

    /** Removes a journal that was never finished, when there is no other: killed before anything was changed. */
    public static void removeUnfinished(FileLayer layer, Path journal) {
        JournalFile file = new JournalFile(layer, journal, Ownership.leftAlone());
        try {
            file.removeUnfinished();
        } catch (IOException e) {
            throw cannotRead(file, e);
        }
    }

    private static QubesException cannotRead(JournalFile file, IOException e) {
        return new QubesException(ErrorKind.FAILED, "cannot read " + file.path() + ": " + IoReason.of(e), null, e);
    }

    private static String hash(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Changes that are done but can still be taken back. */
    public interface Applied extends AutoCloseable {
        /**
         * The store was saved: deletes what was to be deleted.
         *
         * @return a line for each thing that could not be deleted now; the next edit tries again
         */
        List<String> commit();

        /** Without commit: takes everything back; QubesException (FAILED) naming what is left over. Idempotent. */
        @Override
        void close();
    }
}
