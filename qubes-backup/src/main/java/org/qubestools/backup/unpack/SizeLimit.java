package org.qubestools.backup.unpack;

import java.util.List;
import org.qubestools.backup.format.Backup;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.backup.format.FormatVersion;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** Stops a backup that holds far more data than it says: made so, it could fill the disk. */
public final class SizeLimit {
    private static final long PER_ARCHIVE = 16L << 20;
    private static final int PERCENT = 110;
    private static final long MOST = Long.MAX_VALUE / PERCENT;

    private final boolean isOn;
    private long allowed;
    private long found;

    private SizeLimit(boolean isOn, long allowed) {
        this.isOn = isOn;
        this.allowed = allowed;
    }

    /** Never stops anything. */
    public static SizeLimit none() {
        return new SizeLimit(false, 0);
    }

    /**
     * For the data of these VMs of a backup. A VM without a size counts as one of size 0, so that it cannot lift the
     * limit of the others. A backup of format 1 tells no sizes and cannot grow: it is files as they are.
     */
    public static SizeLimit of(Backup backup, List<BackupItem> items) {
        return backup.version() == FormatVersion.V1 ? none() : of(items);
    }

    /** For the data of VMs whose sizes a backup tells. */
    public static SizeLimit of(List<BackupItem> items) {
        long sum = 0;
        for (BackupItem item : items) {
            long size = Math.max(0, item.size());
            if (size > MOST - sum) {
                return none(); // more than any disk holds
            }
            sum += size;
        }
        return new SizeLimit(true, sum * PERCENT / 100);
    }

    /** One more inner archive begins. */
    public void archive() {
        allowed += PER_ARCHIVE;
    }

    /** So many more bytes came; throws QubesException (FAILED) if they are too many. */
    public void data(long bytes) {
        found += bytes;
        if (isOn && found > allowed) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the backup holds more data than it says, " + found + " bytes until here",
                    "go on with --ignore-size-limit if it is one of yours");
        }
    }
}
