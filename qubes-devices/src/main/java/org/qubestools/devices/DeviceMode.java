package org.qubestools.devices;

import org.qubestools.core.io.SafeText;

/** Whether a device may be written, by the letter that QubesDB and the tools use. */
public enum DeviceMode {
    READ_ONLY("r"),
    READ_WRITE("w");

    private final String letter;

    DeviceMode(String letter) {
        this.letter = letter;
    }

    public String letter() {
        return letter;
    }

    /**
     * The mode for exactly {@code r} or {@code w}.
     *
     * @throws DeviceException INVALID_MODE for anything else
     */
    public static DeviceMode parse(String untrusted) {
        for (DeviceMode mode : values()) {
            if (mode.letter.equals(untrusted)) {
                return mode;
            }
        }
        throw new DeviceException(
                DeviceError.INVALID_MODE,
                "mode '" + SafeText.of(untrusted) + "' is neither r nor w",
                "use r for read-only, w for writable");
    }

    @Override
    public String toString() {
        return letter;
    }
}
