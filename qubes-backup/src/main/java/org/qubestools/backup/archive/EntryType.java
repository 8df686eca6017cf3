package org.qubestools.backup.archive;

/** What an entry of an inner archive is. */
public enum EntryType {
    FILE("file"),
    DIRECTORY("dir"),
    SYMLINK("symlink"),
    HARDLINK("hardlink"),
    PIPE("fifo"),
    CHARACTER_DEVICE("chardev"),
    BLOCK_DEVICE("blockdev");

    private final String word;

    EntryType(String word) {
        this.word = word;
    }

    /** The word that listings use. */
    public String word() {
        return word;
    }
}
