package org.qubestools.core.libvirt;

import com.sun.jna.Pointer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.VmmReport;

/** Definitions of domains: made, read back, removed. */
final class Definitions {
    private static final int XML_INACTIVE = 2;
    private static final int UNDEFINE_WITH_SAVED_MEMORY = 1;

    /** The domain that has a name or UUID that another one shall get. */
    private record Blocking(String name, String uuid, boolean removable) {}

    private final Connection connection;
    private final VmmReport report;

    Definitions(Connection connection, VmmReport report) {
        this.connection = connection;
        this.report = report;
    }

    void define(DomainSpec spec, DriverProfile profile) {
        String xml = text(spec, profile);
        String doing = "define " + Words.domain(spec.name());
        Optional<Blocking> blocking = connection.ask(doing, (libvirt, pointer) -> {
            try {
                defineOrThrow(libvirt, pointer, spec, profile, xml);
                return Optional.empty();
            } catch (LibvirtFailure e) {
                return Optional.of(explained(libvirt, pointer, spec, e));
            }
        });
        if (blocking.isPresent()) {
            replace(blocking.get(), spec, doing, profile, xml);
        }
    }

    static String text(DomainSpec spec, DriverProfile profile) {
        Optional<String> own = spec.customDefinition();
        return own.isPresent() ? own.get() : profile.domainXml(spec);
    }

    private static void defineOrThrow(
            NativeLibvirt libvirt, Pointer pointer, DomainSpec spec, DriverProfile profile, String xml) {
        Pointer domain = libvirt.pointer("virDomainDefineXML", pointer, xml);
        try {
            List<String> dropped = spec.customDefinition().isPresent()
                    ? List.of()
                    : profile.droppedParts(spec, libvirt.ownedText("virDomainGetXMLDesc", domain, XML_INACTIVE));
            if (!dropped.isEmpty()) {
                libvirt.plain("virDomainUndefine", domain);
                throw new QubesException(
                        ErrorKind.FAILED,
                        "libvirt dropped a needed part of the definition of " + Words.domain(spec.name()) + ": "
                                + SafeText.of(String.join(", ", dropped)),
                        "this needs the libvirt of Qubes");
            }
        } finally {
            libvirt.plain("virDomainFree", domain);
        }
    }

    /** The domain in the way, or what the failure means, thrown. */
    private static Blocking explained(NativeLibvirt libvirt, Pointer pointer, DomainSpec spec, LibvirtFailure e) {
        if (e.code() == LibvirtFailure.OPERATION_FAILED) {
            Blocking blocking = blocking(libvirt, pointer, spec);
            if (blocking != null) {
                return blocking;
            }
        }
        boolean noHvm = spec.vm().vm().vmClass().isHvm()
                && ((e.code() == LibvirtFailure.OS_TYPE && e.untrustedDetail().equals("hvm"))
                        || (e.code() == LibvirtFailure.INVALID_ARG
                                && e.untrustedMessage().contains("could not find capabilities")));
        if (noHvm) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "cannot define " + Words.domain(spec.name())
                            + ": this host has no hardware virtualisation (VT-x, AMD-V), which an HVM needs",
                    "switch it on in the settings of the firmware, if it is there",
                    e);
        }
        throw e;
    }

    private static @Nullable Blocking blocking(NativeLibvirt libvirt, Pointer pointer, DomainSpec spec) {
        Blocking byName = seen(libvirt, pointer, new DomainKey(spec.name(), null), spec);
        if (byName != null && !byName.uuid().equalsIgnoreCase(spec.uuid())) {
            return byName;
        }
        Blocking byUuid = seen(libvirt, pointer, spec.key(), spec);
        return byUuid != null && !byUuid.name().equals(spec.name()) ? byUuid : null;
    }

    private static @Nullable Blocking seen(NativeLibvirt libvirt, Pointer pointer, DomainKey key, DomainSpec spec) {
        Pointer domain;
        try {
            domain = DomainNames.lookUp(libvirt, pointer, key);
        } catch (LibvirtFailure e) {
            if (e.code() == LibvirtFailure.NO_DOMAIN) {
                return null;
            }
            throw e;
        }
        try {
            String uuid = DomainNames.uuid(libvirt, domain);
            boolean removable = !isOurs(uuid, spec)
                    && libvirt.number("virDomainIsActive", domain) == 0
                    && libvirt.number("virDomainIsPersistent", domain) == 1;
            return new Blocking(DomainNames.name(libvirt, domain), uuid, removable);
        } finally {
            libvirt.plain("virDomainFree", domain);
        }
    }

    /** Whether a VM of the store, or the one to be defined, has the UUID. */
    private static boolean isOurs(String uuid, DomainSpec spec) {
        if (uuid.equalsIgnoreCase(spec.uuid())) {
            return true;
        }
        for (QubesVm vm : spec.vm().vms().inDocumentOrder()) {
            String stored = vm.get(Attributes.UUID);
            if (stored != null && stored.equalsIgnoreCase(uuid)) {
                return true;
            }
        }
        return false;
    }

    /** A left-over domain that nobody knows gives way; any other is an error. */
    private void replace(Blocking blocking, DomainSpec spec, String doing, DriverProfile profile, String xml) {
        String other = Words.domain(blocking.name()) + " (UUID " + blocking.uuid() + ")";
        if (!blocking.removable()) {
            throw new QubesException(
                    ErrorKind.IN_USE,
                    "cannot " + doing + " (UUID " + spec.uuid() + "): " + other + " has its name or its UUID",
                    "remove or rename that one first");
        }
        report.warn("libvirt has an inactive " + other + " that is no VM of the store; its definition is replaced");
        undefine(new DomainKey(blocking.name(), blocking.uuid()));
        connection.tell(doing, (libvirt, pointer) -> defineOrThrow(libvirt, pointer, spec, profile, xml));
    }

    void undefine(DomainKey key) {
        connection.onDomain("undefine " + Words.domain(key.name()), key, (libvirt, domain) -> {
            try {
                return libvirt.number("virDomainUndefineFlags", domain, UNDEFINE_WITH_SAVED_MEMORY);
            } catch (LibvirtFailure e) {
                if (e.code() == LibvirtFailure.OPERATION_INVALID
                        && libvirt.number("virDomainIsPersistent", domain) == 0) {
                    return 0; // it runs without a definition
                }
                throw e;
            }
        });
    }
}
