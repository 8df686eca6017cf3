package org.qubestools.core.vmm;

import org.jspecify.annotations.Nullable;

/**
 * One disk of a running domain, as its driver tells it at one moment.
 *
 * @param type libvirt's word for the kind of source: {@code block}, {@code file}, or one that the toolkit does not know
 * @param device what the guest sees: {@code disk}, {@code cdrom}, {@code floppy}, {@code lun}
 * @param source path in the backend, of {@code dev} or {@code file}; null for a drive without a medium
 * @param backend VM that has the source; dom0 is always {@code dom0}, see {@link #backendName}
 * @param target name by which the driver knows the disk: {@code xvdi} on Xen, {@code vdi} on QEMU
 * @param frontend the toolkit's name for it, {@code xvdi} on every driver; the target where the driver tells no other
 * @param readonly whether the guest may only read
 * @param alias name in libvirt's device events; null if the driver gives none
 */
public record LiveDisk(
        String type,
        String device,
        @Nullable String source,
        String backend,
        String target,
        String frontend,
        boolean readonly,
        @Nullable String alias) {
    public static final String BLOCK = "block";
    public static final String FILE = "file";
    public static final String DOM0 = "dom0";

    /** The backend for libvirt's {@code backenddomain}: none, {@code Domain-0} and {@code dom0} all mean dom0. */
    public static String backendName(@Nullable String fromDriver) {
        return fromDriver == null || fromDriver.equals("Domain-0") ? DOM0 : fromDriver;
    }
}
