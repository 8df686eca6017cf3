package org.qubestools.core.edit;

import java.util.ArrayList;
import java.util.List;
import org.qubestools.core.model.VmView;

/** The steps of one edit, of which {@link EditHooks} are told once it is carried out. */
final class EditSteps {
    /** A step; the VM as it was when it was noted. */
    private record Noted(EditHooks.Step step, VmView vm, List<String> arguments) {}

    private final List<Noted> noted = new ArrayList<>(0);

    void add(EditHooks.Step step, VmView vm, List<String> arguments) {
        noted.add(new Noted(step, vm, arguments));
    }

    /** Tells of those that come before all changes. */
    void tellFirst(EditHooks hooks) {
        for (Noted one : noted) {
            if (one.step.isFirst()) {
                hooks.at(one.step, one.vm, one.arguments);
            }
        }
    }

    /** Tells of the others, with the VMs as they are in {@code after}. */
    void tellLast(EditHooks hooks, Draft after) {
        for (Noted one : noted) {
            if (!one.step.isFirst()) {
                VmView now = after.view(after.vms().byKey(one.vm.vm().key()));
                hooks.at(one.step, now, one.arguments);
            }
        }
    }
}
