package org.qubestools.core.edit;

import java.util.List;
import org.qubestools.core.model.VmView;

/** The port to what other packages have done when an edit changes VMs; who runs it stands outside of edits. */
public interface EditHooks {
    /** Nobody has anything done. */
    EditHooks NONE = (step, vm, arguments) -> {};

    /** What an edit does to a VM. */
    enum Step {
        /** It comes into the store. */
        INIT,
        /** Its directory was made for it as a new VM. */
        CREATE_ON_DISK,
        /** Its directory was made with copies of another one's images. */
        CLONE_DISK_FILES,
        /** It was registered, and its files are those that were there already. */
        VERIFY_FILES,
        /** It is about to get another name. */
        PRE_RENAME,
        /** It has got another name. */
        POST_RENAME,
        /** Its files are about to be deleted. */
        REMOVE_FROM_DISK,
        /** It has got another label. */
        LABEL_SETTER,
        /** It has got another netvm, while it does not run. */
        NETVM_SETTER,
        /** One of its properties has got another value. */
        SET_ATTR;

        /** True if it is told before anything of the edit is done; else when all files are as they shall be. */
        boolean isFirst() {
            return this == PRE_RENAME || this == REMOVE_FROM_DISK;
        }
    }

    /**
     * A step of an edit that will be saved unless this fails.
     *
     * @param vm as it is at that moment
     * @param arguments of the step: the source of a clone, the new or old name, the value that was set
     * @throws org.qubestools.core.error.QubesException as the failure of the whole edit, of which nothing is kept then
     */
    void at(Step step, VmView vm, List<String> arguments);
}
