package org.qubestools.core.libvirt;

import com.sun.jna.Pointer;
import java.nio.file.Path;
import java.util.Optional;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.vmm.DomainKey;

/** Start, pause and end of domains. */
final class LifeCycle {
    private static final int START_PAUSED = 1;
    private static final int RESTORE_PAUSED = 4;
    private static final int SUSPEND_TO_MEMORY = 0;

    /** One call of libvirt on a domain. */
    private interface Step {
        void on(NativeLibvirt libvirt, Pointer domain);
    }

    private final Connection connection;

    LifeCycle(Connection connection) {
        this.connection = connection;
    }

    /** The number of the new running domain. */
    int createPaused(DomainKey key, boolean byFlag) {
        String doing = "start " + Words.domain(key.name());
        Optional<Boolean> created = connection.onDomain(doing, key, (libvirt, domain) -> {
            if (byFlag) {
                libvirt.number("virDomainCreateWithFlags", domain, START_PAUSED);
            } else {
                libvirt.number("virDomainCreate", domain);
                pauseOrEnd(libvirt, domain);
            }
            return true;
        });
        if (created.isEmpty()) {
            throw new QubesException(ErrorKind.FAILED, "cannot " + doing + ": it is not defined");
        }
        // The number of the handle that was used is only as new as the driver keeps it.
        int id = connection.onDomain(doing, key, DomainNames::id).orElse(-1);
        if (id < 0) {
            throw new QubesException(ErrorKind.FAILED, "cannot " + doing + ": it ended at once");
        }
        return id;
    }

    private static void pauseOrEnd(NativeLibvirt libvirt, Pointer domain) {
        try {
            libvirt.number("virDomainSuspend", domain);
        } catch (LibvirtFailure e) {
            libvirt.plain("virDomainDestroy", domain);
            throw e;
        }
    }

    void resume(DomainKey key) {
        onActive("resume", key, (libvirt, domain) -> libvirt.number("virDomainResume", domain));
    }

    void pause(DomainKey key) {
        onActive("pause", key, (libvirt, domain) -> libvirt.number("virDomainSuspend", domain));
    }

    void wakeUp(DomainKey key) {
        onActive("wake up", key, (libvirt, domain) -> libvirt.number("virDomainPMWakeup", domain, 0));
    }

    void save(DomainKey key, Path file) {
        onActive("save", key, (libvirt, domain) -> libvirt.number("virDomainSave", domain, file.toString()));
    }

    private void onActive(String verb, DomainKey key, Step step) {
        if (!tryOnActive(verb, key, step)) {
            throw Words.notActive(key.name());
        }
    }

    /** False if there is no such domain or it is not active. */
    private boolean tryOnActive(String verb, DomainKey key, Step step) {
        return connection
                .onDomain(verb + " " + Words.domain(key.name()), key, (libvirt, domain) -> {
                    try {
                        step.on(libvirt, domain);
                        return true;
                    } catch (LibvirtFailure e) {
                        // Drivers say this in different ways, and some of it means other things too.
                        if (e.mayMeanNotActive() && !isActive(libvirt, domain)) {
                            return false;
                        }
                        throw e;
                    }
                })
                .orElse(false);
    }

    static boolean isActive(NativeLibvirt libvirt, Pointer domain) {
        return libvirt.number("virDomainIsActive", domain) == 1;
    }

    boolean shutdown(DomainKey key) {
        return tryOnActive("shut down", key, (libvirt, domain) -> libvirt.number("virDomainShutdown", domain));
    }

    boolean destroy(DomainKey key) {
        return tryOnActive("end", key, (libvirt, domain) -> libvirt.number("virDomainDestroy", domain));
    }

    boolean suspendToMemory(DomainKey key) {
        boolean[] supported = {true};
        onActive("suspend", key, (libvirt, domain) -> {
            try {
                libvirt.number("virDomainPMSuspendForDuration", domain, SUSPEND_TO_MEMORY, 0L, 0);
            } catch (LibvirtFailure e) {
                if (!meansUnsupported(e)) {
                    throw e;
                }
                if (!isActive(libvirt, domain)) {
                    throw Words.notActive(key.name());
                }
                supported[0] = false;
            }
        });
        return supported[0];
    }

    private static boolean meansUnsupported(LibvirtFailure e) {
        return e.isAny(
                LibvirtFailure.NO_SUPPORT,
                LibvirtFailure.ARGUMENT_UNSUPPORTED,
                LibvirtFailure.OPERATION_UNSUPPORTED,
                LibvirtFailure.AGENT_UNRESPONSIVE);
    }

    /** False if the driver cannot restore under another definition, or not paused. */
    boolean restorePaused(String name, String xml, Path file) {
        return connection.ask("restore " + Words.domain(name), (libvirt, pointer) -> {
            try {
                libvirt.number("virDomainRestoreFlags", pointer, file.toString(), xml, RESTORE_PAUSED);
                return true;
            } catch (LibvirtFailure e) {
                if (meansUnsupported(e) || e.code() == LibvirtFailure.INVALID_ARG) {
                    return false;
                }
                throw e;
            }
        });
    }
}
