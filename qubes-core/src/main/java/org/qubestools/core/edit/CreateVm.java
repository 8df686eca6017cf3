package org.qubestools.core.edit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Label;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmName;
import org.qubestools.core.property.TemplateProperty;

/**
 * Makes a VM with its files. Every value is checked before anything is made.
 *
 * @param untrustedTemplate null for the default template
 * @param standalone no link to the template: its images are copied
 * @param rootCopyFrom file the root image is copied from; null for none
 * @param rootMoveFrom file that becomes the root image; null for none
 * @param properties set after all else, as {@code qvm-prefs} would
 */
public record CreateVm(
        VmClass vmClass,
        String untrustedName,
        Label label,
        @Nullable String untrustedTemplate,
        boolean standalone,
        boolean internal,
        String untrustedPool,
        @Nullable Path rootCopyFrom,
        @Nullable Path rootMoveFrom,
        List<SetProperties.Assignment> properties)
        implements Change {
    public CreateVm {
        properties = List.copyOf(properties);
    }

    @Override
    public void apply(Draft draft) {
        VmName name = NewVms.freeName(draft, untrustedName);
        QubesVm template = TemplateProperty.ofNewVm(draft.vms(), vmClass, untrustedTemplate);
        NewVms.requirePool(draft, untrustedPool);
        checkRootSource();
        QubesVm linked = standalone ? null : template;
        QubesVm vm = addVm(draft, name, linked);
        GlobalsFiller.fill(draft, vm);
        draft.step(EditHooks.Step.INIT, vm);
        if (!properties.isEmpty()) {
            new SetProperties(name.value(), properties).apply(draft);
            vm = draft.vms().byKey(vm.key());
        }
        VmFilePlan.create(
                draft, vm, standalone ? template : null, new VmFilePlan.RootSource(rootCopyFrom, rootMoveFrom));
        draft.step(EditHooks.Step.CREATE_ON_DISK, vm);
        DuplicateWarnings.address(draft, vm);
        draft.define(vm);
    }

    private void checkRootSource() {
        Path source = rootCopyFrom != null ? rootCopyFrom : rootMoveFrom;
        if (source != null && !Files.isRegularFile(source)) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE, "there is no file " + SafeText.of(source.toString()), "name a root image");
        }
    }

    private QubesVm addVm(Draft draft, VmName name, @Nullable QubesVm template) {
        NewVm made = new NewVm(
                vmClass, name.value(), draft.vms().nextQid(), template == null ? 0 : template.qid(), untrustedPool);
        made.set(Attributes.LABEL, label).set(Attributes.INTERNAL, internal);
        if (vmClass.givesNetwork()) {
            made.set(Attributes.NETID, (long) draft.vms().nextNetid());
        }
        made.set(Attributes.UUID, UUID.randomUUID().toString());
        return NewVms.completeNew(draft, draft.add(made));
    }
}
