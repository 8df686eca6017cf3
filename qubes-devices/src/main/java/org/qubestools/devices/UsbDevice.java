package org.qubestools.devices;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One USB device that a VM offers, checked.
 *
 * @param backend name of the VM that has it
 * @param port bus and ports, with dots: {@code 2-1.4}
 * @param description 1 to 255 printable ASCII characters
 * @param user the VM that uses it now, if there is such a VM
 * @param userUnknown whether the backend named a user that does not exist
 */
public record UsbDevice(
        String backend,
        String port,
        String description,
        @Nullable String user,
        boolean userUnknown) implements ListEntry {
    public UsbDevice {
        Objects.requireNonNull(backend);
        Objects.requireNonNull(port);
        Objects.requireNonNull(description);
    }

    /** The VM that uses it now. */
    public Optional<String> connectedTo() {
        return Optional.ofNullable(user);
    }

    /** Where its backend publishes it, without a slash at the end. */
    public String qubesDbPath() {
        return QubesDbUsbScanner.DIRECTORY + port.replace('.', '_');
    }

    /** The form that lists show and tools take: {@code backend:2-1.4}. */
    @Override
    public String key() {
        return backend + ":" + port;
    }

    @Override
    public Object facts() {
        return description;
    }

    @Override
    public Optional<String> place() {
        return connectedTo();
    }
}
