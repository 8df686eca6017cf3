package org.qubestools.core.edit;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;

/**
 * Makes the state of a template the one that VMs based on it start from: what was written since goes to
 * {@code root-cow.img.old}, and an empty {@code root-cow.img} takes its place.
 */
public record CommitTemplate(String untrustedVm) implements Change {
    private static final int MODE = 0660;

    @Override
    public void apply(Draft draft) {
        QubesVm vm = draft.requireChangeable(untrustedVm);
        if (vm.vmClass() != VmClass.TEMPLATE) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "VM '" + vm.name() + "' is no template with changes to commit",
                    "name a TemplateVM");
        }
        draft.requireHalted(vm, "its changes cannot be committed");
        String directory = draft.view(vm).files().directory();
        Path root = existing(draft, vm, draft.view(vm).files().rootImage());
        Path changes = existing(draft, vm, directory == null ? null : directory + "/root-cow.img");
        Path old = changes.resolveSibling("root-cow.img.old");
        if (draft.planned().exists(old)) {
            draft.files().delete(old);
        }
        draft.files().move(changes, old);
        draft.files().sparse(changes, size(draft, root), MODE);
    }

    private static Path existing(Draft draft, QubesVm vm, @Nullable String path) {
        Path file = path == null ? null : draft.real(path);
        if (file == null || !draft.planned().isFile(file)) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "VM '" + vm.name() + "' lacks " + (path == null ? "its images" : SafeText.of(path)),
                    "restore it from a backup");
        }
        return file;
    }

    private static long size(Draft draft, Path file) {
        try {
            return draft.planned().size(file);
        } catch (IOException e) {
            throw new QubesException(ErrorKind.FAILED, file + ": " + IoReason.of(e), null, e);
        }
    }
}
