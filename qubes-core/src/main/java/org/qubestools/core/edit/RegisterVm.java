package org.qubestools.core.edit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmFiles;
import org.qubestools.core.model.VmName;
import org.qubestools.core.property.TemplateProperty;

/**
 * Adds the entry of a VM whose files are there already. Nothing is defined in the VMM, so it gets no UUID.
 *
 * @param vmClass TEMPLATE or APP
 * @param untrustedTemplate null for a template
 * @param installedByRpm a package owns the files
 */
public record RegisterVm(
        VmClass vmClass, String untrustedName, @Nullable String untrustedTemplate, boolean installedByRpm)
        implements Change {
    @Override
    public void apply(Draft draft) {
        VmName name = NewVms.freeName(draft, untrustedName);
        QubesVm template =
                untrustedTemplate == null ? null : TemplateProperty.ofNewVm(draft.vms(), vmClass, untrustedTemplate);
        NewVm made = new NewVm(
                vmClass, name.value(), draft.vms().nextQid(), template == null ? 0 : template.qid(), Pools.DEFAULT);
        made.set(Attributes.INSTALLED_BY_RPM, installedByRpm).set(Attributes.INCLUDE_IN_BACKUPS, !installedByRpm);
        QubesVm vm = NewVms.completeNew(draft, draft.add(made));
        requireFiles(draft, vm);
        GlobalsFiller.fill(draft, vm);
        draft.step(EditHooks.Step.INIT, vm);
        draft.step(EditHooks.Step.VERIFY_FILES, vm);
        DuplicateWarnings.address(draft, vm);
    }

    /** The directory, the images and the kernel that a start would need. */
    static void requireFiles(Draft draft, QubesVm vm) {
        VmFiles files = draft.view(vm).files();
        List<String> needed = new ArrayList<>();
        add(needed, files.directory());
        add(needed, files.rootImage());
        add(needed, files.privateImage());
        String kernel = draft.view(vm).facts().kernel();
        String kernels = vm.vmClass().hasKernel() ? files.kernels(kernel) : null;
        if (kernels != null) {
            needed.add(kernels + "/vmlinuz");
            needed.add(kernels + "/initramfs");
        }
        List<String> missing = new ArrayList<>();
        for (String path : needed) {
            if (!draft.tree().exists(path)) {
                missing.add(path);
            }
        }
        if (!missing.isEmpty()) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "files of VM '" + vm.name() + "' are missing: " + String.join(", ", missing),
                    "install them first");
        }
    }

    private static void add(List<String> paths, @Nullable String path) {
        if (path != null) {
            paths.add(path);
        }
    }
}
