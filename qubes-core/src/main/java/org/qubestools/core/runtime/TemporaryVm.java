package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.Rollback;
import org.qubestools.core.io.UndoStack;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmFiles;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSnapshot;

/**
 * A VM based on a template for one piece of work: no store ever has it, and its domain and its files are gone when the work has
 * ended. What a process that was killed left of one, the next of the same name clears away.
 */
final class TemporaryVm {
    private static final long PRIVATE_BYTES = 64 << 20;
    private static final int FILE_MODE = 0660;
    private static final int DIRECTORY_MODE = 02770;
    private static final StartOptions QUIET = new StartOptions(false, false, false, false, false, null, null);

    private final RunningSystem system;
    private final QubesVm vm;
    private final VmFiles files;
    private final String directory;

    private TemporaryVm(RunningSystem system, String name, QubesVm template) {
        this.system = system;
        VmCollection stored = system.vms();
        NewVm made = new NewVm(VmClass.APP, name, stored.nextQid(), template.qid(), Pools.DEFAULT);
        made.set(Attributes.INTERNAL, true)
                .set(Attributes.INCLUDE_IN_BACKUPS, false)
                .set(Attributes.USES_DEFAULT_NETVM, false)
                .set(Attributes.UUID, uuid(system, name));
        system.adopt(stored.adding(made.vmClass(), made.attributes()));
        this.vm = system.vms().newest();
        this.files = system.view(vm).files();
        this.directory = Objects.requireNonNull(files.directory());
    }

    /** That of the domain which a killed process left, so that it is found again. */
    private static String uuid(RunningSystem system, String name) {
        return system.vmm()
                .find(new DomainKey(name, null))
                .map(DomainSnapshot::uuid)
                .orElseGet(() -> UUID.randomUUID().toString());
    }

    /**
     * Makes and starts the VM, without network, does the work in it, and removes it.
     *
     * @throws QubesException IN_USE if another process uses it, or there is something of its name that these tools did not
     *     leave
     */
    static void during(RunningSystem system, String name, QubesVm template, Consumer<QubesVm> work) {
        VmCollection stored = system.vms();
        try {
            TemporaryVm temporary = new TemporaryVm(system, name, template);
            if (!DisposableMark.exists(system.place().paths(), name)) {
                temporary.requireFree();
            }
            try (DisposableMark mark = DisposableMark.take(system.place().paths(), name)) {
                temporary.live(mark, work);
            }
        } finally {
            system.adopt(stored);
        }
    }

    private void requireFree() {
        if (Files.exists(system.real(directory)) || system.domain(vm).isPresent()) {
            throw new QubesException(
                    ErrorKind.IN_USE,
                    "there is a domain or a directory of the name '" + vm.name() + "' already",
                    "if nobody needs it, undefine the domain with virsh, and remove " + directory);
        }
    }

    private void live(DisposableMark mark, Consumer<QubesVm> work) {
        UndoStack undo = new UndoStack();
        undo.push("VM '" + vm.name() + "'", () -> {
            remove();
            mark.remove();
        });
        try {
            makeFiles();
            new VmStarter(system).start(vm, QUIET);
            work.accept(system.now(vm));
        } catch (QubesException e) {
            throw Rollback.of(e, undo);
        } catch (RuntimeException | Error e) {
            Rollback.ofBug(e, undo);
            throw e;
        }
        undo.close();
    }

    private void makeFiles() {
        FileLayer layer = system.place().layer();
        Path made = system.real(directory);
        try {
            remove(); // what a process that was killed left
            layer.createDirectory(made);
            system.place().ownership().giveTo(layer, made);
            layer.setMode(made, DIRECTORY_MODE);
            Path image = system.real(String.valueOf(files.privateImage()));
            layer.createSparseFile(image, PRIVATE_BYTES);
            system.place().ownership().giveTo(layer, image);
            layer.setMode(image, FILE_MODE);
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED, "cannot make " + directory + ": " + IoReason.of(e), IoReason.advice(e), e);
        }
    }

    /** All that there is of it; nothing is fine. */
    private void remove() throws IOException {
        if (system.isRunning(vm)) {
            new VmStopper(system).kill(vm);
        }
        system.vmm().undefine(DomainKey.of(vm));
        for (String file : Arrays.asList(files.privateImage(), files.volatileImage(), files.config(), directory)) {
            Path path = system.real(String.valueOf(file));
            if (Files.exists(path)) {
                system.place().layer().delete(path);
            }
        }
    }
}
