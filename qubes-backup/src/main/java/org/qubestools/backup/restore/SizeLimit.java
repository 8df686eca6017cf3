package org.qubestools.backup.restore;

import java.util.List;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** Stops a backup that holds far more data than it says: made so, it could fill the disk. */
final class SizeLimit {
    private static final long PER_ARCHIVE = 16L << 20;
    private static final int PERCENT = 110;

    private final boolean isOn;
    private long allowed;
    private long found;

    private SizeLimit(boolean isOn, long allowed) {
        this.isOn = isOn;
        this.allowed = allowed;
    }

    static SizeLimit none() {
        return new SizeLimit(false, 0);
    }

    /** For the data of these VMs; without effect if the backup does not tell the size of each. */
    static SizeLimit of(List<BackupItem> items) {
        long sum = 0;
        for (BackupItem item : items) {
            if (item.size() <= 0 || item.size() > Long.MAX_VALUE / PERCENT / (items.size() + 1)) {
                return none();
            }
            sum += item.size();
        }
        return new SizeLimit(true, sum * PERCENT / 100);
    }

    void archive() {
        allowed += PER_ARCHIVE;
    }

    void data(long bytes) {
        found += bytes;
        if (isOn && found > allowed) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the backup holds more data than it says, " + found + " bytes until here",
                    "go on with --ignore-size-limit if it is one of yours");
        }
    }
}
