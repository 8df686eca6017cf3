package org.qubestools.backup.restore;

/** Where a restore says what happens on the way; each line is fit for a terminal. */
public interface RestoreLog {
    /** Something the user may want to know. */
    void note(String line);

    /** Something that is not as it should be. */
    void warn(String line);
}
