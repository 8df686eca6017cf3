package org.qubestools.devices;

import java.util.Collection;
import org.qubestools.core.io.SafeText;

/** The name that an attached disk has in its VM: {@code xvd} and one to three letters, on every driver. */
public record FrontendName(String value) {
    private static final String PREFIX = "xvd";
    private static final String SEARCH_ORDER = "ijklmnopqrstuvwxyzabcdefgh";
    /** The last of the four disks that an HVM domain sees while it boots. */
    private static final String BOOT_CDROM = "xvdd";

    /** Refuses what is no frontend name: INVALID_FRONTEND. */
    public FrontendName {
        if (!isValid(value)) {
            throw new DeviceException(
                    DeviceError.INVALID_FRONTEND,
                    "'" + SafeText.of(value) + "' is no frontend name",
                    "use xvd and one to three letters, such as xvdi");
        }
    }

    /**
     * The first of xvdi to xvdz, then xvda to xvdh, that is not among {@code used}.
     *
     * @param used targets in the live definition of the VM, of any form
     * @throws DeviceException NO_FREE_FRONTEND if all are used
     */
    public static FrontendName firstFree(Collection<String> used) {
        for (int i = 0; i < SEARCH_ORDER.length(); i++) {
            String name = PREFIX + SEARCH_ORDER.charAt(i);
            if (!used.contains(name)) {
                return new FrontendName(name);
            }
        }
        throw new DeviceException(
                DeviceError.NO_FREE_FRONTEND,
                "every frontend name from xvda to xvdz is in use",
                "detach a disk, or name a longer one such as xvdaa");
    }

    /** As {@link #firstFree}, for a CD in an HVM domain: xvdd if that is free, since firmware sees only xvda to xvdd. */
    public static FrontendName firstFreeForBootCdrom(Collection<String> used) {
        return used.contains(BOOT_CDROM) ? firstFree(used) : new FrontendName(BOOT_CDROM);
    }

    private static boolean isValid(String text) {
        int letters = text.length() - PREFIX.length();
        if (letters < 1 || letters > 3 || !text.startsWith(PREFIX)) {
            return false;
        }
        for (int i = PREFIX.length(); i < text.length(); i++) {
            if (text.charAt(i) < 'a' || text.charAt(i) > 'z') {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return value;
    }
}
