package org.qubestools.devices;

/** Whether a drive holds a medium; the size of a drive tells lies. */
public interface DriveMedia {
    /** False only if the drive is known to be empty. Asked for drives with removable media only. */
    boolean hasMedium(SysfsBlock drive);
}
