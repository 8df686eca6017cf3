package org.qubestools.core.libvirt;

import com.sun.jna.Pointer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.vmm.DomainKey;

/** Devices and memory of running domains, and PCI devices of the host. */
final class Devices {
    private static final int AFFECT_LIVE = 1;
    private static final int MEMORY_MAXIMUM = 4;
    private static final int RESIZE_BYTES = 1;
    private static final Duration POLL = Duration.ofMillis(50);

    private final Connection connection;
    private final Duration limit;
    private final WaitTime time;

    /** Waits for {@code limit} at most until a device is gone. */
    Devices(Connection connection, Duration limit, WaitTime time) {
        this.connection = connection;
        this.limit = limit;
        this.time = time;
    }

    void attach(String doing, DomainKey key, String xml) {
        onActive(
                doing,
                key,
                (libvirt, domain) -> libvirt.number("virDomainAttachDeviceFlags", domain, xml, AFFECT_LIVE));
    }

    /** What {@code find} finds goes; a detach may be a request to the guest only, so it is waited for. */
    void detach(String doing, DomainKey key, Function<LiveXml, Optional<String>> find) {
        long end = time.millis() + limit.toMillis();
        boolean asked = false;
        while (true) {
            Optional<String> device = find.apply(live(doing, key));
            if (device.isEmpty()) {
                return;
            }
            if (!asked) {
                request(doing, key, device.get());
                asked = true;
            } else if (time.millis() > end) {
                throw new QubesException(
                        ErrorKind.FAILED,
                        "cannot " + doing + ": the guest has not let it go within " + limit.toSeconds() + " seconds",
                        "a guest that is paused or does not know the device cannot; end the domain to free it");
            } else {
                sleep();
            }
        }
    }

    /** The domain as it is now; empty if it is not active. */
    Optional<LiveXml> look(String doing, DomainKey key) {
        try {
            return Optional.of(live(doing, key));
        } catch (QubesException e) {
            if (e.kind() == ErrorKind.WRONG_STATE) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Asks for what {@code find} finds to go, without waiting for it. */
    void request(String doing, DomainKey key, Function<LiveXml, Optional<String>> find) {
        Optional<String> device = find.apply(live(doing, key));
        if (device.isPresent()) {
            request(doing, key, device.get());
        }
    }

    private void request(String doing, DomainKey key, String xml) {
        onActive(doing, key, (libvirt, domain) -> {
            try {
                return libvirt.number("virDomainDetachDeviceFlags", domain, xml, AFFECT_LIVE);
            } catch (LibvirtFailure e) {
                // It went by itself, or is on its way out; what the next look tells counts.
                if (e.isAny(LibvirtFailure.DEVICE_MISSING, LibvirtFailure.OPERATION_FAILED)) {
                    return 0;
                }
                throw e;
            }
        });
    }

    void resize(String doing, DomainKey key, String target, long bytes) {
        onActive(
                doing,
                key,
                (libvirt, domain) -> libvirt.number("virDomainBlockResize", domain, target, bytes, RESIZE_BYTES));
    }

    private LiveXml live(String doing, DomainKey key) {
        return LiveXml.parse(
                key.name(),
                onActive(doing, key, (libvirt, domain) -> libvirt.ownedText("virDomainGetXMLDesc", domain, 0)));
    }

    private void sleep() {
        try {
            time.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted while waiting for a device to go");
        }
    }

    private <T> T onActive(String doing, DomainKey key, Connection.DomainCall<T> call) {
        Optional<T> result = connection.onDomain(doing, key, (libvirt, domain) -> {
            if (!LifeCycle.isActive(libvirt, domain)) {
                throw Words.notActive(key.name());
            }
            return call.on(libvirt, domain);
        });
        return result.orElseThrow(() -> Words.notActive(key.name()));
    }

    void setMemory(DomainKey key, long kib, long maximumKib) {
        onActive("set the memory of " + Words.domain(key.name()), key, (libvirt, domain) -> {
            libvirt.number("virDomainSetMemoryFlags", domain, kib, AFFECT_LIVE);
            try {
                return libvirt.number("virDomainSetMemoryFlags", domain, maximumKib, AFFECT_LIVE | MEMORY_MAXIMUM);
            } catch (LibvirtFailure e) {
                // A maximum that cannot change while the domain runs; the guest has what it may have now.
                if (e.isAny(
                        LibvirtFailure.OPERATION_INVALID,
                        LibvirtFailure.NO_SUPPORT,
                        LibvirtFailure.ARGUMENT_UNSUPPORTED,
                        LibvirtFailure.OPERATION_UNSUPPORTED)) {
                    return 0;
                }
                throw e;
            }
        });
    }

    /** False if the host's driver had given the device up before. */
    boolean detachFromHost(PciAddress device) {
        return onNodeDevice("take PCI device " + device + " from the host", device, (libvirt, handle) -> {
            try {
                libvirt.number("virNodeDeviceDettach", handle);
                return true;
            } catch (LibvirtFailure e) {
                if (e.code() == LibvirtFailure.INTERNAL_ERROR) {
                    return false;
                }
                throw e;
            }
        });
    }

    void reattachToHost(PciAddress device) {
        onNodeDevice(
                "give PCI device " + device + " back to the host",
                device,
                (libvirt, handle) -> libvirt.number("virNodeDeviceReAttach", handle));
    }

    private <T> T onNodeDevice(String doing, PciAddress device, Connection.DomainCall<T> call) {
        String name = "pci_0000_" + device.value().replace(':', '_').replace('.', '_');
        return connection.ask(doing, (libvirt, pointer) -> {
            Pointer handle = nodeDevice(libvirt, pointer, name);
            if (handle == null) {
                throw new QubesException(ErrorKind.FAILED, "cannot " + doing + ": this host has no such device");
            }
            try {
                return call.on(libvirt, handle);
            } finally {
                libvirt.plain("virNodeDeviceFree", handle);
            }
        });
    }

    private static @Nullable Pointer nodeDevice(NativeLibvirt libvirt, Pointer connection, String name) {
        try {
            return libvirt.pointer("virNodeDeviceLookupByName", connection, name);
        } catch (LibvirtFailure e) {
            if (e.code() == LibvirtFailure.NO_NODE_DEVICE) {
                return null;
            }
            throw e;
        }
    }
}
