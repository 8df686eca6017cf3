package org.qubestools.core.edit;

import java.util.ArrayList;
import java.util.List;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmView;

/** The steps of one edit, of which {@link EditHooks} are told once it is carried out. */
final class EditSteps {
    /** A step; the VM as it was when it was noted. */
    private record Noted(EditHooks.Step step, VmView vm, List<String> arguments) {}

    private final List<Noted> noted = new ArrayList<>(0);

    void add(EditHooks.Step step, VmView vm, List<String> arguments) {
        noted.add(new Noted(step, vm, arguments));
    }

    int size() {
        return noted.size();
    }

    void rollBack(int size) {
        noted.subList(size, noted.size()).clear();
    }

    /** Tells of those that come before all changes; not of VMs that the edit itself makes, which nobody knows yet. */
    void tellFirst(EditHooks hooks, VmCollection before) {
        for (Noted one : noted) {
            if (one.step.isFirst() && isKnown(one, before)) {
                hooks.at(one.step, one.vm, one.arguments);
            }
        }
    }

    /** Tells of the others, with the VMs as they are in {@code after}; not of those that are gone again. */
    void tellLast(EditHooks hooks, Draft after, VmCollection before) {
        for (Noted one : noted) {
            QubesVm now = after.vms().findKey(one.vm.vm().key());
            boolean renamedBeforeKnown = one.step == EditHooks.Step.POST_RENAME && !isKnown(one, before);
            if (!one.step.isFirst() && now != null && !renamedBeforeKnown) {
                hooks.at(one.step, after.view(now), one.arguments);
            }
        }
    }

    private static boolean isKnown(Noted one, VmCollection before) {
        return before.findKey(one.vm.vm().key()) != null;
    }
}
