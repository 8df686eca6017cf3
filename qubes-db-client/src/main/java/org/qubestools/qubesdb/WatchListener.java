package org.qubestools.qubesdb;

/** Is told of changes, in their order, by a thread of the client's own; may use the client. */
public interface WatchListener {
    /**
     * Something was written to this key or removed; with a slash at the end: a whole directory was removed. The value may
     * be the same as before.
     */
    void changed(QubesDbPath untrustedPath);

    /**
     * What is in the database is unknown: read again. The connection was lost and made again, perhaps to an empty database
     * or another domain of the same name; or there were too many changes.
     */
    void resynchronise();
}
