package org.qubestools.core.edit;

import java.util.List;
import java.util.UUID;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attribute;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Label;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;

/**
 * Adds the entry of a DisposableVM, which shares the directory of the VM that it is a copy of; it has no files before it
 * starts, and is defined then. Not for a dry run, since the number is taken.
 *
 * @param untrustedOrigin the VM that it is a copy of: TEMPLATE-dvm
 * @param numbers gives it its number
 */
public record CreateDisposable(String untrustedOrigin, Label label, Numbers numbers) implements Change {
    /** What of the origin counts for its copies. */
    private static final List<Attribute<?>> COPIED = List.of(
            Attributes.KERNEL,
            Attributes.USES_DEFAULT_KERNEL,
            Attributes.KERNELOPTS,
            Attributes.USES_DEFAULT_KERNELOPTS,
            Attributes.NETVM,
            Attributes.USES_DEFAULT_NETVM,
            Attributes.MEMORY,
            Attributes.MAXMEM,
            Attributes.VCPUS,
            Attributes.DEFAULT_USER,
            Attributes.QREXEC_TIMEOUT);

    /** Where numbers of DisposableVMs come from. */
    @FunctionalInterface
    public interface Numbers {
        /** Takes the next one that none of these VMs has; the exclusive lock of the store is held. */
        long take(VmCollection vms);
    }

    @Override
    public void apply(Draft draft) {
        QubesVm origin = draft.requireChangeable(untrustedOrigin);
        NewVms.requireGoodTemplate(draft, origin);
        QubesVm template = draft.vms().template(origin).vm();
        if (template == null
                || origin.vmClass() != VmClass.APP
                || !origin.name().equals(template.name() + "-dvm")) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "no DisposableVM can be a copy of VM '" + origin.name() + "'",
                    "qvm-create-default-dvm makes one for this, which is called TEMPLATE-dvm");
        }
        long number = numbers.take(draft.vms());
        NewVm made = new NewVm(
                VmClass.DISPOSABLE,
                "disp" + number,
                draft.vms().nextQid(),
                template.qid(),
                origin.getOr(Attributes.POOL_NAME, Pools.DEFAULT));
        for (Attribute<?> attribute : COPIED) {
            NewVms.copy(made, origin, attribute);
        }
        made.set(Attributes.DISPID, number)
                .set(Attributes.LABEL, label)
                .set(Attributes.SERVICES, draft.view(origin).facts().services())
                .set(Attributes.INCLUDE_IN_BACKUPS, false)
                .set(Attributes.UUID, UUID.randomUUID().toString());
        NewVms.complete(draft, draft.add(made));
    }
}
