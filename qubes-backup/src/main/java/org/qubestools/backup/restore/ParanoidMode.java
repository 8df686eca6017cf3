package org.qubestools.backup.restore;

import java.util.Locale;
import org.qubestools.backup.format.Backup;
import org.qubestools.backup.format.BackupHeader;
import org.qubestools.backup.format.BackupReader;
import org.qubestools.backup.format.FormatVersion;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** For a backup that is authentic but comes from a system that may be in the hands of others: as little as possible. */
final class ParanoidMode {
    private static final String CIPHER = "aes-256-cbc";

    private ParanoidMode() {}

    /** FAILED if this backup needs more than the simplest programs. */
    static void require(Backup backup) {
        if (backup.version() != FormatVersion.V3 || !(backup instanceof BackupReader reader)) {
            throw refused("backups of format 3 are, this one has format "
                    + backup.version().number());
        }
        BackupHeader header = reader.header();
        if (header.compressed()) {
            throw refused("backups without compression are");
        }
        if (header.encrypted()
                && !header.cryptoAlgorithm().toLowerCase(Locale.ROOT).equals(CIPHER)) {
            throw refused("backups encrypted by " + CIPHER + " are");
        }
    }

    private static QubesException refused(String what) {
        return new QubesException(
                ErrorKind.FAILED,
                "in paranoid mode only some backups are restored: " + what,
                "without --paranoid-mode it is restored if the system it was made on can be trusted");
    }
}
