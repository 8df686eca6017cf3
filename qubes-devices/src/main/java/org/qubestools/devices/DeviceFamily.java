package org.qubestools.devices;

/**
 * Kinds of block devices, by the names that the kernel gives them.
 *
 * <p>The order is that in which names are tried.
 */
public enum DeviceFamily {
    SD("sd", Style.LETTERS),
    XVD("xvd", Style.LETTERS),
    VD("vd", Style.LETTERS),
    HD("hd", Style.LETTERS),
    NVME("nvme", Style.NAMESPACE),
    MMCBLK("mmcblk", Style.CARD),
    LOOP("loop", Style.NUMBER),
    MD_D("md_d", Style.NUMBER),
    MD("md", Style.NUMBER),
    DM("dm-", "dm", Style.WHOLE, true),
    SR("sr", Style.WHOLE),
    SCD("scd", Style.WHOLE),
    FD("fd", Style.WHOLE),
    RAM("ram", Style.WHOLE),
    NBD("nbd", Style.NUMBER),
    CCISS("cciss!c", "cciss", Style.CONTROLLER, true),
    IDA("ida!c", "ida", Style.CONTROLLER, false),
    RD("rd!c", "rd", Style.CONTROLLER, false),
    ETHERD("etherd!e", "etherd", Style.SHELF, true),
    ZRAM("zram", Style.NUMBER),
    NULLB("nullb", Style.NUMBER),
    ZD("zd", "zd", Style.NUMBER, false),
    RBD("rbd", "rbd", Style.NUMBER, false),
    PMEM("pmem", "pmem", Style.NUMBER, false),
    BCACHE("bcache", "bcache", Style.NUMBER, false),
    DRBD("drbd", "drbd", Style.NUMBER, false),
    OTHER("", "other", Style.FREE, false);

    /** How the name of a disk goes on after the prefix. */
    enum Style {
        /** One to four letters. */
        LETTERS,
        /** A number, and partitions. */
        NUMBER,
        /** A number, and no partitions ever. */
        WHOLE,
        /** {@code 0n1}. */
        NAMESPACE,
        /** A number, and the word of a hardware partition. */
        CARD,
        /** {@code 0d1}. */
        CONTROLLER,
        /** {@code 1.0}. */
        SHELF,
        FREE
    }

    private final String prefix;
    private final String word;
    private final Style style;
    private final boolean claimsPrefix;

    DeviceFamily(String prefix, Style style) {
        this(prefix, prefix, style, true);
    }

    /** {@code claimsPrefix}: what begins with the word but does not fit is no name at all. */
    DeviceFamily(String prefix, String word, Style style, boolean claimsPrefix) {
        this.prefix = prefix;
        this.word = word;
        this.style = style;
        this.claimsPrefix = claimsPrefix;
    }

    /** The word for it, such as {@code md_d}. */
    public String word() {
        return word;
    }

    String prefix() {
        return prefix;
    }

    Style style() {
        return style;
    }

    boolean claims(String kernelName) {
        return claimsPrefix && kernelName.startsWith(word);
    }
}
