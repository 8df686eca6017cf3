package org.qubestools.devices;

import java.util.List;

/**
 * What one VM offers.
 *
 * @param devices in natural order of their names
 * @param refused what it published beside that, with reasons
 * @param cut whether there was more than the toolkit looks at
 * @param <T> kind of device
 */
public record Listing<T>(List<T> devices, List<Refused> refused, boolean cut) {
    public Listing {
        devices = List.copyOf(devices);
        refused = List.copyOf(refused);
    }

    /** Of a VM that offers nothing. */
    public static <T> Listing<T> empty() {
        return new Listing<>(List.of(), List.of(), false);
    }
}
