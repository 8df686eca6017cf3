package org.qubestools.backup.create;

/** Where files stand inside a backup. */
public enum BackupLayout {
    /** Format 3, directories by class and name: for a backup that is not encrypted. */
    NAMES,
    /** Format 3, directories by qid, so that names are hidden. */
    QIDS,
    /** Format 4: by qid, images and small files of every VM on their own. */
    R4
}
