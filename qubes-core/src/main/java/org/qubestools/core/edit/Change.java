package org.qubestools.core.edit;

/** One wish of a user; several in one edit are one lock, one save, all or nothing. */
public interface Change {
    /**
     * Carries the wish out on the draft.
     *
     * @throws org.qubestools.core.error.QubesException if it is refused; then nothing of the whole edit is saved
     */
    void apply(Draft draft);

    /** Whether this may be applied to a store whose qids are damaged, because its purpose is to mend that. */
    default boolean mendsStore() {
        return false;
    }
}
