package org.qubestools.core.vmm;

/**
 * What a hypervisor driver has and has not, as data: nobody else asks which driver it is.
 *
 * @param driver libvirt's word for it: {@code Xen}, {@code QEMU}, {@code TEST}
 * @param qubesDaemons a started VM gets a QubesDB daemon, a qrexec daemon and a GUI daemon of Qubes' own, and counts as
 *     running once those run; without them QubesDB is served by our own daemon
 * @param xenstore there is a xenstore
 * @param backendDomains a device can come from another VM than dom0
 * @param hotplug devices and network can be attached to and detached from a running domain
 * @param detachNeedsGuest a device goes only when the guest has let go of it, so never from one that is paused
 * @param resizesDisks a disk of a running domain can be made longer; else, on Xen, the loop device below it
 * @param hostUsb USB devices of the host itself can be given to a running domain
 * @param templateRoot how the root disk of a VM with a template is made
 * @param startsAtOnce how many VMs are started at the same time, from 1. One where a memory manager is asked: what it grants
 *     stays open until the VM runs, and a second request would wait for that or starve. Elsewhere no more than four, since
 *     libvirt's daemon works on five requests of a connection at once, and one must be left to ask whether it still answers.
 */
public record VmmTraits(
        String driver,
        boolean qubesDaemons,
        boolean xenstore,
        boolean backendDomains,
        boolean hotplug,
        boolean detachNeedsGuest,
        boolean resizesDisks,
        boolean hostUsb,
        TemplateRoot templateRoot,
        int startsAtOnce) {
    public static final VmmTraits XEN =
            new VmmTraits("Xen", true, true, true, true, false, false, false, TemplateRoot.SNAPSHOT_SCRIPT, 1);
    public static final VmmTraits QEMU =
            new VmmTraits("QEMU", false, false, false, true, true, true, true, TemplateRoot.OVERLAY, 4);
    public static final VmmTraits TEST =
            new VmmTraits("TEST", false, false, true, false, false, false, false, TemplateRoot.NOTHING, 4);
}
