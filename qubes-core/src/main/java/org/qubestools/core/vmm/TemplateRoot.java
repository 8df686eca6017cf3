package org.qubestools.core.vmm;

/** How the root disk of a VM with a template is made. */
public enum TemplateRoot {
    /** A device-mapper snapshot over the template's image and its changes, made by Qubes' script for Xen's disks. */
    SNAPSHOT_SCRIPT,
    /** A qcow2 file {@code root-overlay.qcow2} over the template's root.img, made anew at each start. */
    OVERLAY,
    /** None: nothing is ever run. */
    NOTHING
}
