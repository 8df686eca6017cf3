package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.Rollback;
import org.qubestools.core.io.TempName;
import org.qubestools.core.io.UndoStack;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.qubesdb.QubesDbException;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.UntrustedValue;

/**
 * The image that DisposableVMs are restored from: a VM that was started, prepared itself, and was saved with its memory.
 * The links to it that the originals follow are set at the end.
 */
public final class DisposableImage {
    /** The program in the VM that prepares it unless another script is given. */
    public static final String USUAL_SCRIPT = "/usr/lib/qubes/dispvm-prerun.sh\n";

    private static final String DATA = "/var/lib/qubes/dvmdata";
    private static final String CURRENT = "/var/run/qubes/current-savefile";
    private static final String SHARED_MEMORY = "/dev/shm/qubes";
    private static final QubesDbPath SCRIPT_KEY = new QubesDbPath("/qubes-save-script");
    private static final QubesDbPath REQUEST_KEY = new QubesDbPath("/qubes-save-request");
    private static final QubesDbPath USED_KEY = new QubesDbPath("/qubes-used-mem");
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final long LEAST_MIB = 400;
    private static final long SPARE_KIB = 1024;
    private static final int MODE = 0660;

    private final RunningSystem system;

    public DisposableImage(RunningSystem system) {
        this.system = system;
    }

    /** Whether DisposableVMs are restored here at all, and not booted. */
    public boolean isOfUse() {
        return system.traits().qubesDaemons();
    }

    /** The template of the image that is in use; empty if none is. */
    public Optional<String> usedTemplate() {
        try {
            Path target = Files.readSymbolicLink(system.place().paths().real(DATA + "/default-savefile"));
            Path directory = target.getParent();
            String name = directory == null ? "" : String.valueOf(directory.getFileName());
            return name.endsWith("-dvm") ? Optional.of(name.substring(0, name.length() - 4)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Where the image in use is. */
    Path current() {
        return followed(CURRENT);
    }

    /** The image that the one in use is a copy of, or is. */
    Path chosen() {
        return followed(DATA + "/default-savefile");
    }

    /** Where a link leads to below the root in use. */
    private Path followed(String link) {
        Path file = real(link);
        try {
            Path target = Files.readSymbolicLink(file);
            return target.isAbsolute() ? real(target.toString()) : file.resolveSibling(target);
        } catch (IOException e) {
            return file; // no link, or nothing, which shows when it is used
        }
    }

    /** FAILED, saying what to do, unless this DisposableVM can be restored from the image in use. */
    void requireUsable(QubesVm disposable) {
        QubesVm template = system.vms().template(disposable).vm();
        String name = template == null ? "" : template.name();
        String reason = reasonAgainst(disposable, name);
        if (reason != null) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "VM '" + disposable.name() + "' cannot be restored: " + reason,
                    "make the image anew: qvm-create-default-dvm " + name + " --default-script");
        }
    }

    private @Nullable String reasonAgainst(QubesVm disposable, String template) {
        if (!Files.exists(current())) {
            return "there is no saved image " + CURRENT;
        }
        if (!usedTemplate().orElse("").equals(template)) {
            return "the saved image in use is not one of template '" + template + "'";
        }
        Path root = real(String.valueOf(system.view(disposable).files().rootImage()));
        try {
            return Files.getLastModifiedTime(root).compareTo(Files.getLastModifiedTime(chosen())) > 0
                    ? "template '" + template + "' has changed since the image was saved"
                    : volatileOf(disposable).reasonAgainst();
        } catch (IOException e) {
            return "its image cannot be looked at (" + IoReason.of(e) + ")";
        }
    }

    /**
     * Starts the VM, has it prepare itself, and saves it.
     *
     * @param dvm halted
     * @param script runs in the VM before it is saved; null for none
     * @return MiB of memory that a VM restored from it has
     */
    public long prepare(QubesVm dvm, @Nullable String script) {
        int id = new VmStarter(system).start(dvm, new StartOptions(false, true, true, false, false, null, null));
        UndoStack undo = new UndoStack();
        undo.push("domain '" + dvm.name() + "'", () -> new VmStopper(system).kill(dvm));
        try {
            long used = used(dvm, script);
            try (Turns.Turn turn = system.turns().on(dvm); // nobody is restored from the half of it
                    StartLocks.Held lock = system.locks().await(dvm, system.report(), system.time())) {
                PackedVolatile packed = volatileOf(dvm);
                packed.delete();
                putOutOfUse(dvm);
                save(dvm, id, used, real(directory(dvm) + "/dvm-savefile"));
                undo.commit();
                packed.pack();
            }
            return Math.max(LEAST_MIB, used / 1024);
        } catch (QubesException e) {
            throw Rollback.of(e, undo);
        } catch (RuntimeException | Error e) {
            Rollback.ofBug(e, undo);
            throw e;
        }
    }

    /** KiB that the VM uses, once it is ready. */
    private long used(QubesVm dvm, @Nullable String script) {
        LiveVm live = system.live(dvm);
        String encoded =
                script == null ? "" : Base64.getEncoder().encodeToString(script.getBytes(StandardCharsets.UTF_8));
        try {
            live.database(database -> {
                database.write(SCRIPT_KEY, encoded);
                database.write(REQUEST_KEY, "1");
                return database;
            });
            system.report().note("waiting until VM '" + dvm.name() + "' is ready to be saved");
            long begin = system.time().millis();
            while (system.time().millis() - begin < PATIENCE.toMillis()) {
                Optional<UntrustedValue> value = live.database(database -> database.read(USED_KEY));
                if (value.isPresent()) {
                    return kib(dvm, value.get().untrustedText());
                }
                system.report().requireWanted();
                Waiting.pause(system.time(), LOOK, "a VM prepared itself");
            }
        } catch (QubesDbException e) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "VM '" + dvm.name() + "' stopped while it prepared itself: " + e.getMessage(),
                    null,
                    e);
        }
        throw new QubesException(
                ErrorKind.FAILED,
                "VM '" + dvm.name() + "' was not ready to be saved after " + PATIENCE.toMinutes() + " minutes",
                "look at its log");
    }

    private static long kib(QubesVm dvm, String untrusted) {
        if (!untrusted.matches("[0-9]{1,9}")) {
            throw new QubesException(
                    ErrorKind.FAILED, "VM '" + dvm.name() + "' says no number for the memory that it uses");
        }
        return Long.parseLong(untrusted);
    }

    private void save(QubesVm dvm, int id, long used, Path file) {
        DomainKey key = DomainKey.of(system.now(dvm));
        system.host().daemons().stopGui(system.view(dvm), id);
        system.vmm().detachDisk(key, "xvdb");
        system.vmm().setMemory(key, used, used + SPARE_KIB);
        system.live(dvm).refresh();
        system.host().databases().stop(dvm);
        system.report().note("saving VM '" + dvm.name() + "'");
        system.vmm().save(key, file);
    }

    /** Until both halves of it are there, and in use, nobody is restored from what was. */
    private void putOutOfUse(QubesVm dvm) {
        QubesVm template = system.vms().template(dvm).vm();
        try {
            if (template != null
                    && usedTemplate().orElse("").equals(template.name())
                    && Files.isSymbolicLink(real(CURRENT))) {
                system.place().layer().delete(real(CURRENT));
            }
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "cannot delete " + CURRENT + ": " + IoReason.of(e), IoReason.advice(e), e);
        }
    }

    /** The volatile image that this VM, or one that is restored from it, has. */
    PackedVolatile volatileOf(QubesVm vm) {
        return new PackedVolatile(system, directory(vm));
    }

    private String directory(QubesVm vm) {
        return Objects.requireNonNull(system.view(vm).files().directory());
    }

    /** Has the image of this VM be the one that DisposableVMs are restored from; returns its path. */
    public String use(QubesVm dvm) {
        String saved = choose(dvm);
        try {
            boolean copy = !Files.exists(real(DATA + "/dont-use-shm")) && Files.isDirectory(real("/dev/shm"));
            link(CURRENT, copy ? copied(saved) : saved);
            return saved;
        } catch (IOException e) {
            throw notUsed(saved, e);
        }
    }

    /** Has DisposableVMs be copies of this VM unless they are told otherwise; returns where its image is, or would be. */
    public String choose(QubesVm dvm) {
        String saved = directory(dvm) + "/dvm-savefile";
        FileLayer layer = system.place().layer();
        try {
            Path data = real(DATA);
            if (!Files.isDirectory(data)) {
                layer.createDirectory(data);
                layer.setMode(data, 02770);
                system.place().ownership().giveTo(layer, data);
            }
            link(DATA + "/default-savefile", saved);
            link(
                    DATA + "/savefile-root",
                    String.valueOf(system.view(dvm).files().rootImage()));
            return saved;
        } catch (IOException e) {
            throw notUsed(saved, e);
        }
    }

    private static QubesException notUsed(String saved, IOException e) {
        return new QubesException(
                ErrorKind.FAILED,
                "cannot make " + saved + " the image of DisposableVMs: " + IoReason.of(e),
                IoReason.advice(e),
                e);
    }

    private String copied(String saved) throws IOException {
        FileLayer layer = system.place().layer();
        if (!Files.isDirectory(real(SHARED_MEMORY))) {
            layer.createDirectory(real(SHARED_MEMORY));
            layer.setMode(real(SHARED_MEMORY), 02770);
            system.place().ownership().giveTo(layer, real(SHARED_MEMORY));
        }
        Path copy = real(SHARED_MEMORY + "/current-savefile");
        Path fresh = TempName.beside(copy);
        layer.copyFile(real(saved), fresh);
        layer.setMode(fresh, MODE);
        system.place().ownership().giveTo(layer, fresh);
        layer.rename(fresh, copy);
        return SHARED_MEMORY + "/current-savefile";
    }

    private void link(String link, String target) throws IOException {
        Path fresh = TempName.beside(real(link));
        system.place().layer().createSymlink(fresh, target);
        system.place().layer().rename(fresh, real(link));
    }

    private Path real(String fixedPath) {
        return system.place().paths().real(fixedPath);
    }
}
