package org.qubestools.core.store;

import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** The four reasons to refuse a whole store file; the code stands in brackets at the end of the message. */
final class StoreDamage {
    static final String HINT = "nothing was changed; copies are in /var/lib/qubes/backup, see 'qubes-store repair'";

    private StoreDamage() {}

    static QubesException notWellFormed(String path, String reason, int line, int column) {
        return refused(path + ", line " + line + ", column " + column + ": " + reason, "not-well-formed");
    }

    static QubesException notWellFormed(StoreText document, int offset, String reason) {
        return notWellFormed(document.path(), reason, document.line(offset), document.column(offset));
    }

    static QubesException doctype(String path, int line, int column) {
        return refused(
                path + ", line " + line + ", column " + column + ": a DOCTYPE is never part of a store", "doctype");
    }

    static QubesException limit(String path, String reason, int line, int column) {
        return refused(path + ", line " + line + ", column " + column + ": " + reason, "limit");
    }

    static QubesException notAStore(String path, String reason) {
        return refused(path + ": " + reason, "not-a-store");
    }

    static QubesException refused(String what, String code) {
        return new QubesException(ErrorKind.STORE_CORRUPT, what + " [" + code + "]", HINT);
    }
}
