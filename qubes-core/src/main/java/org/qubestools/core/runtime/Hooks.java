package org.qubestools.core.runtime;

import java.util.List;
import org.qubestools.core.model.VmView;

/**
 * What is done at the moments of a VM's life beside what the toolkit does itself, for code inside the process; executables
 * of other packages are {@link HookFolders}. Each method does nothing unless it is implemented.
 */
public interface Hooks {
    /** No hooks. */
    Hooks NONE = new Hooks() {};

    /**
     * Something happens to a VM; an exception is the failure of the step that it belongs to.
     *
     * @param arguments those of the step, such as a new name or value
     */
    default void at(HookPoint point, VmView vm, List<String> arguments) {}

    /** Both, these first. */
    default Hooks and(HookFolders folders) {
        Hooks inside = this;
        return new Hooks() {
            @Override
            public void at(HookPoint point, VmView vm, List<String> arguments) {
                inside.at(point, vm, arguments);
                folders.run(point, vm);
            }
        };
    }
}
