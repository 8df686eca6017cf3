package org.qubestools.core.libvirt;

import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import org.qubestools.core.vmm.DomainKey;

/** How domains are named and found: what libvirt calls {@code Domain-0} is our dom0. */
final class DomainNames {
    private static final String OURS = "dom0";
    private static final String LIBVIRTS = "Domain-0";
    private static final int UUID_LENGTH = 36;

    private DomainNames() {}

    /** A handle made from what the daemon knows now, by UUID if there is one; the caller frees it. */
    static Pointer lookUp(NativeLibvirt libvirt, Pointer connection, DomainKey key) {
        return key.uuid() == null
                ? libvirt.pointer("virDomainLookupByName", connection, libvirtName(key.name()))
                : libvirt.pointer("virDomainLookupByUUIDString", connection, key.uuid());
    }

    private static String libvirtName(String name) {
        return name.equals(OURS) ? LIBVIRTS : name;
    }

    /** Our name of the domain; asks nobody. */
    static String name(NativeLibvirt libvirt, Pointer domain) {
        String name = libvirt.keptText("virDomainGetName", domain);
        return name.equals(LIBVIRTS) ? OURS : name;
    }

    /** Its UUID in lower case; asks nobody. */
    static String uuid(NativeLibvirt libvirt, Pointer domain) {
        byte[] text = new byte[UUID_LENGTH + 1];
        libvirt.number("virDomainGetUUIDString", domain, text);
        return new String(text, 0, UUID_LENGTH, StandardCharsets.US_ASCII);
    }

    /** The number that the daemon told when the handle was made, -1 if the domain was not active then. */
    static int id(NativeLibvirt libvirt, Pointer domain) {
        return libvirt.plain("virDomainGetID", domain);
    }
}
