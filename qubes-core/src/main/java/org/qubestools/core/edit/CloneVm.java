package org.qubestools.core.edit;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attribute;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmName;
import org.qubestools.core.storage.FirewallCopy;

/**
 * Makes a VM that is like another one, with copies of its own images.
 *
 * @param untrustedPool null for the pool of the source
 */
public record CloneVm(
        String untrustedSource,
        String untrustedName,
        @Nullable String untrustedPool) implements Change {
    private static final List<Attribute<?>> COPIED = List.of(
            Attributes.KERNEL,
            Attributes.USES_DEFAULT_KERNEL,
            Attributes.NETVM,
            Attributes.USES_DEFAULT_NETVM,
            Attributes.MEMORY,
            Attributes.MAXMEM,
            Attributes.KERNELOPTS,
            Attributes.USES_DEFAULT_KERNELOPTS,
            Attributes.SERVICES,
            Attributes.VCPUS,
            Attributes.MAC,
            Attributes.PCIDEVS,
            Attributes.INCLUDE_IN_BACKUPS,
            Attributes.LABEL,
            Attributes.DEFAULT_USER,
            Attributes.QREXEC_TIMEOUT,
            Attributes.DISPVM_NETVM,
            Attributes.USES_DEFAULT_DISPVM_NETVM,
            Attributes.TIMEZONE);

    @Override
    public void apply(Draft draft) {
        QubesVm source = draft.requireChangeable(untrustedSource);
        if (source.vmClass() == VmClass.DISPOSABLE || source.vmClass() == VmClass.ADMIN) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE, source.vmClass().withArticle() + " cannot be cloned", "create a new VM");
        }
        VmName name = NewVms.freeName(draft, untrustedName);
        NewVms.requireGoodTemplate(draft, source);
        String pool = untrustedPool == null ? source.getOr(Attributes.POOL_NAME, Pools.DEFAULT) : untrustedPool;
        NewVms.requirePool(draft, pool);
        draft.requireHalted(source, "it can be cloned only while it is halted");
        QubesVm clone = add(draft, source, name, pool);
        GlobalsFiller.fill(draft, clone);
        draft.step(EditHooks.Step.INIT, clone);
        String firewall = firewall(draft, source);
        VmFilePlan.copy(draft, source, clone, firewall);
        draft.step(EditHooks.Step.CLONE_DISK_FILES, clone, source.name());
        DuplicateWarnings.address(draft, clone);
        DuplicateWarnings.mac(draft, clone);
        DuplicateWarnings.pciDevices(draft, clone);
        draft.define(clone);
    }

    private static @Nullable String firewall(Draft draft, QubesVm source) {
        String path = draft.view(source).files().firewall();
        return path == null ? null : FirewallCopy.withoutExpired(draft.planned(), draft.real(path), path, draft.now());
    }

    private static QubesVm add(Draft draft, QubesVm source, VmName name, String pool) {
        QubesVm template = draft.vms().template(source).vm();
        NewVm made = new NewVm(
                source.vmClass(), name.value(), draft.vms().nextQid(), template == null ? 0 : template.qid(), pool);
        for (Attribute<?> attribute : COPIED) {
            if (attribute.belongsTo(source.vmClass())) {
                NewVms.copy(made, source, attribute);
            }
        }
        if (source.vmClass().isHvm()) {
            made.set(Attributes.QREXEC_INSTALLED, draft.view(source).facts().qrexecInstalled());
            made.set(Attributes.GUIAGENT_INSTALLED, draft.view(source).facts().guiagentInstalled());
        }
        if (source.vmClass().givesNetwork()) {
            made.set(Attributes.NETID, (long) draft.vms().nextNetid());
        }
        made.set(Attributes.SERVICES, draft.view(source).facts().services());
        made.set(Attributes.UUID, UUID.randomUUID().toString());
        return NewVms.complete(draft, draft.add(made));
    }
}
