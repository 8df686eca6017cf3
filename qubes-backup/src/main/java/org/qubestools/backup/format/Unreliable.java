package org.qubestools.backup.format;

/** What is said when a chunk reads differently a second time. */
final class Unreliable {
    static final String GOOD_AT_SECOND_READ =
            "this machine or the medium is unreliable: a chunk was right only when it was read a second time: ";
    static final String DIFFERS =
            "it is different each time it is read: this machine or the medium is unreliable, not the archive";

    private Unreliable() {}
}
