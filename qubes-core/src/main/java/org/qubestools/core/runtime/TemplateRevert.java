package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.AtomicFile;
import org.qubestools.core.io.Progress;
import org.qubestools.core.io.Rollback;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.UndoStack;
import org.qubestools.core.model.QubesVm;

/**
 * Takes back what was written to a template since its last commit: what its blocks were before is in the exception store
 * {@code root-cow.img.old}, made by the kernel's device-mapper.
 *
 * <p>The device-mapper merges it back too ({@code snapshot-merge}), we do not read the format: it is the kernel's own,
 * and the kernel notes in it how far it came, so that a merge that is killed goes on at the next try. What a template
 * that was ended without a commit wrote is in {@code root-cow.img} and goes first: taking back only the older changes
 * would leave a mixture.
 */
public final class TemplateRevert {
    private static final Pattern LOOP = Pattern.compile("/dev/loop[0-9]+");
    private static final Pattern STATUS = Pattern.compile("0 [0-9]+ snapshot-merge ([0-9]{1,18})/[0-9]+ ([0-9]{1,18})");
    private static final int SECTOR = 512;
    private static final int CHUNK = 256;
    private static final Duration LOOK = Duration.ofMillis(500);

    private final RunningSystem system;
    private final String dmsetup;
    private final String losetup;
    private final QubesVm vm;
    private final Path root;
    private final Path changes;
    private final Path old;

    /** INVALID_VALUE for what is no template. Programs are where {@code settings} say, see {@link HostProgram}. */
    public TemplateRevert(RunningSystem system, QubesVm vm, Map<String, String> settings) {
        this.system = system;
        this.vm = vm;
        this.dmsetup = HostProgram.DMSETUP.in(settings);
        this.losetup = HostProgram.LOSETUP.in(settings);
        TemplateFiles files = TemplateFiles.of(system, vm, "changes to take back");
        root = files.root();
        changes = files.changes();
        old = files.old();
    }

    /** Whether it can be done; else says why not: the template runs, or a VM on it, nothing was noted, no device-mapper. */
    public void check() {
        TemplateFiles.requireHalted(system, vm);
        for (Path file : List.of(root, old)) {
            if (!Files.isRegularFile(file)) {
                throw new QubesException(
                        ErrorKind.FAILED,
                        "VM '" + vm.name() + "' has no " + file.getFileName() + ", nothing can be taken back",
                        "changes are kept from one commit of the template to the next");
            }
        }
        if (!TemplateFiles.isExceptionStore(old)) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "no change of template '" + vm.name() + "' was noted in " + old.getFileName(),
                    "they are where templates run on the device-mapper, as on Xen");
        }
        run("this host has no device-mapper that could be used", dmsetup, "version");
        requireUnused();
    }

    /** No snapshot of this root image, of whatever generation, and no origin: they would see it change below them. */
    private void requireUnused() {
        String id = id(root);
        String listed = run("cannot list devices", dmsetup, "info", "-c", "--noheadings", "-o", "name");
        for (String line : listed.split("\n", -1)) {
            String name = line.strip();
            if (name.startsWith("snapshot-" + id + "-") || name.equals("origin-" + id)) {
                throw new QubesException(
                        ErrorKind.IN_USE,
                        "the root image of '" + vm.name() + "' is in use by device " + SafeText.of(name),
                        "if no VM uses it any more, 'dmsetup remove' removes it");
            }
        }
    }

    /** As the scripts of Xen name a file: device and inode. */
    private static String id(Path file) {
        try {
            long device = (long) Objects.requireNonNull(Files.getAttribute(file, "unix:dev"));
            return Long.toHexString(device) + ":" + Files.getAttribute(file, "unix:ino");
        } catch (IOException e) {
            throw TemplateFiles.failed(file, e);
        }
    }

    /** Does it, after another look; what was the older state is then the one before the next commit. */
    public void run(Progress progress) {
        try (StartLocks.Held lock = system.locks().take(vm)) {
            check();
            if (Files.isRegularFile(changes) && TemplateFiles.isExceptionStore(changes)) {
                merge(changes, progress);
            }
            merge(old, progress);
            system.place().layer().rename(old, changes);
            AtomicFile.syncDirectoryOf(system.place().layer(), changes);
        } catch (IOException e) {
            throw TemplateFiles.failed(changes, e);
        } finally {
            progress.done();
        }
    }

    private void merge(Path store, Progress progress) throws IOException {
        String name = "qubes-revert-" + id(root);
        clearLeftOver(name, store);
        long sectors = Files.size(root) / SECTOR;
        UndoStack undo = new UndoStack();
        boolean begun = false;
        try {
            String rootLoop = attach(root, undo);
            String storeLoop = attach(store, undo);
            String table = "0 " + sectors + " snapshot-merge " + rootLoop + " " + storeLoop + " P " + CHUNK;
            run("the merge cannot begin", dmsetup, "create", name, "--table", table);
            begun = true;
            undo.push("device " + name, () -> run("device stays", dmsetup, "remove", "--retry", name));
            progress.item(String.valueOf(store.getFileName()));
            await(name, progress);
        } catch (QubesException e) {
            throw Rollback.of(begun ? between(e) : e, undo);
        } catch (RuntimeException | Error e) {
            Rollback.ofBug(e, undo);
            throw e;
        }
        undo.close();
        system.place().layer().sync(root);
        system.place().layer().sync(store);
    }

    private QubesException between(QubesException e) {
        return new QubesException(
                e.kind(),
                "template '" + vm.name() + "' is between two states now: " + e.getMessage(),
                "do not start it; take the changes back again, which goes on from here",
                e);
    }

    private String attach(Path file, UndoStack undo) {
        String loop = run("no loop device", losetup, "--find", "--show", file.toString())
                .strip();
        if (!LOOP.matcher(loop).matches()) {
            throw new QubesException(ErrorKind.FAILED, losetup + " told no loop device: " + SafeText.of(loop));
        }
        undo.push("loop device " + loop, () -> run("loop device stays", losetup, "--detach", loop));
        return loop;
    }

    /** What a killed run left: the merge goes on anew. */
    private void clearLeftOver(String name, Path store) {
        if (programs(dmsetup, "info", name).status() != 0) {
            return;
        }
        run("a merge that was interrupted cannot be ended", dmsetup, "remove", "--retry", name);
        for (Path file : List.of(root, store)) {
            Matcher loops = LOOP.matcher(run("no list of loop devices", losetup, "--associated", file.toString()));
            while (loops.find()) {
                run("loop device stays", losetup, "--detach", loops.group());
            }
        }
    }

    /** Until only the store's own description is left in it. */
    private void await(String name, Progress progress) {
        long last = -1;
        while (true) {
            String status =
                    run("the merge cannot be watched", dmsetup, "status", name).strip();
            Matcher parts = STATUS.matcher(status);
            if (!parts.matches()) {
                throw new QubesException(
                        ErrorKind.FAILED, "the device-mapper could not merge: " + SafeText.of(status), null);
            }
            long left = Long.parseLong(parts.group(1)) - Long.parseLong(parts.group(2));
            if (last < 0) {
                progress.start(left * SECTOR);
            } else {
                progress.advance((last - left) * SECTOR);
            }
            last = left;
            if (left <= 0) {
                return;
            }
            system.report().requireWanted();
            Waiting.pause(system.time(), LOOK, "changes were being taken back");
        }
    }

    private Programs.Outcome programs(String... command) {
        return system.host().programs().run(Programs.Command.of(command));
    }

    private String run(String otherwise, String... command) {
        Programs.Outcome outcome = programs(command);
        if (outcome.status() != 0) {
            String said = outcome.untrustedErrors().strip();
            throw new QubesException(
                    ErrorKind.FAILED,
                    otherwise + ": " + command[0] + " ended with status " + outcome.status()
                            + (said.isEmpty() ? "" : ", " + SafeText.of(said.substring(said.lastIndexOf('\n') + 1))),
                    "device-mapper and its dmsetup are needed, and losetup");
        }
        return outcome.untrustedOutput();
    }
}
