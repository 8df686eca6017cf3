package org.qubestools.core.edit;

import java.nio.file.Path;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;

/**
 * Adds a VM whose files were made elsewhere on the file system of its pool, and gives them their place. What a new VM
 * has and they lack is made; a directory that stands in the way is moved aside, with a warning.
 *
 * @param staged the directory that becomes the VM's
 */
public record AdoptVm(Maker maker, Path staged) implements Change {
    /** Decides what the VM is when the store is known for certain. */
    @FunctionalInterface
    public interface Maker {
        /** A VM with a good name that is free in the draft, and with a qid from it. */
        NewVm make(Draft draft);
    }

    @Override
    public void apply(Draft draft) {
        NewVm made = maker.make(draft);
        QubesVm added = draft.add(made);
        NewVms.requirePool(draft, added.getOr(Attributes.POOL_NAME, Pools.DEFAULT));
        QubesVm vm = NewVms.complete(draft, added);
        GlobalsFiller.fill(draft, vm);
        draft.step(EditHooks.Step.INIT, vm);
        AdoptedFiles.plan(draft, vm, staged);
        DuplicateWarnings.mac(draft, vm);
        DuplicateWarnings.pciDevices(draft, vm);
        DuplicateWarnings.address(draft, vm);
        draft.define(vm);
    }
}
