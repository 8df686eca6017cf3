package org.qubestools.core.edit;

import java.util.UUID;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;

/** Stores the identity of a VM that has none yet, such as a template from a package or a restored VM. */
public record SetUuid(String untrustedVm, String uuid) implements Change {
    public SetUuid {
        uuid = UUID.fromString(uuid).toString();
    }

    @Override
    public void apply(Draft draft) {
        QubesVm vm = draft.requireChangeable(untrustedVm);
        String known = vm.get(Attributes.UUID);
        if (known == null) {
            draft.replace(vm.with(Attributes.UUID, uuid));
        } else if (!known.equals(uuid)) {
            throw new QubesException(
                    ErrorKind.WRONG_STATE, "VM '" + vm.name() + "' got another UUID meanwhile", "run it again");
        }
    }
}
