package org.qubestools.devices;

/** Why a device is not listed. */
public enum ListReason {
    BAD_NAME("its name has characters that are not allowed, or is too long"),
    MISSING_FIELD("a value is missing"),
    BAD_DEVICE_PATH("its path is not one below /dev/"),
    BAD_SIZE("its size is no number of bytes"),
    BAD_DESC("its description is empty, too long or has characters that are not allowed"),
    BAD_MODE("its mode is neither r nor w"),
    BAD_CONNECTED_TO("the VM that uses it has no valid name"),
    /** An image of a VM, behind a loop device. */
    SYSTEM_DISK("it belongs to Qubes itself"),
    HIDDEN("the kernel gives it no node"),
    XEN_FRONTEND("it comes from another VM"),
    RAM_DISK("it is memory"),
    SYSTEM_DM("it is an internal part of the device mapper"),
    NO_MEDIUM("it is empty"),
    MOUNTED("it is mounted"),
    SWAP("it is used for swapping"),
    /** Part of a RAID, LVM, bcache or another device. */
    HELD("another device is made of it"),
    PARENT_ATTACHED("the whole disk is attached to a VM"),
    PARTITION_IN_USE("one of its partitions is in use"),
    PARTITION_ATTACHED("one of its partitions is attached to a VM"),
    EXTENDED_CONTAINER("it is the container of logical partitions"),
    /** What sysfs says of it is incomplete. */
    UNREADABLE("the system does not tell its number or its size");

    private final String words;

    ListReason(String words) {
        this.words = words;
    }

    /** The reason for a user, as a clause without a full stop. */
    public String words() {
        return words;
    }

    /** Whether the backend did something wrong, so that a user should hear of it. */
    public boolean isFault() {
        return switch (this) {
            case BAD_NAME, MISSING_FIELD, BAD_DEVICE_PATH, BAD_SIZE, BAD_DESC, BAD_MODE, BAD_CONNECTED_TO, UNREADABLE ->
                true;
            case SYSTEM_DISK,
                    HIDDEN,
                    XEN_FRONTEND,
                    RAM_DISK,
                    SYSTEM_DM,
                    NO_MEDIUM,
                    MOUNTED,
                    SWAP,
                    HELD,
                    PARENT_ATTACHED,
                    PARTITION_IN_USE,
                    PARTITION_ATTACHED,
                    EXTENDED_CONTAINER -> false;
        };
    }
}
