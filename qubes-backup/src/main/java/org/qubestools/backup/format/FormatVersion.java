package org.qubestools.backup.format;

/** The versions of the backup format. */
public enum FormatVersion {
    V1(1, "R1 to R2 beta 2"),
    V2(2, "R2 beta 3 to R2"),
    V3(3, "R2 with updates to R3.2"),
    V4(4, "R4");

    private final int number;
    private final String writers;

    FormatVersion(int number, String writers) {
        this.number = number;
        this.writers = writers;
    }

    public int number() {
        return number;
    }

    /** The releases that wrote it. */
    public String writers() {
        return writers;
    }
}
