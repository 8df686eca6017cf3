package org.qubestools.core.libvirt;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.DriveSpec;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmFiles;
import org.qubestools.core.model.VmView;
import org.qubestools.core.vmm.DiskRequest;
import org.qubestools.core.vmm.HostFiles;
import org.qubestools.core.vmm.LiveDisk;

/**
 * The disks of a VM as QEMU knows them. The guest finds a disk by its serial, which is the name it has on Xen.
 *
 * <p>The format follows from the name of a file, never from its content: a guest could write a header of its own into a
 * raw image, and so reach any file of the host.
 */
final class QemuDisks {
    private static final String QCOW2 = ".qcow2";

    private final VmView view;
    private final VmFiles paths;
    private final HostFiles files;

    QemuDisks(VmView view, HostFiles files) {
        this.view = view;
        this.paths = view.files();
        this.files = files;
    }

    List<XmlElement> all() {
        List<XmlElement> disks = new ArrayList<>();
        boolean disposable = view.vm().vmClass() == VmClass.DISPOSABLE;
        disks.add(root());
        disks.add(disk('b', known(disposable ? paths.ownPrivateImage() : paths.privateImage(), "private image")));
        if (view.vm().vmClass().isHvm()) {
            DriveSpec drive = view.vm().get(Attributes.DRIVE);
            if (drive != null) {
                disks.add(drive(drive));
            }
        } else {
            disks.add(
                    disk('c', known(disposable ? paths.ownVolatileImage() : paths.volatileImage(), "volatile image")));
            String modules = CommonParts.kernels(view) + "/modules.img";
            if (files.exists(modules)) {
                XmlElement disk = disk('d', modules);
                disks.add(view.facts().kernel() == null ? disk : disk.addEmpty("readonly"));
            }
        }
        return disks;
    }

    private XmlElement root() {
        String root = known(paths.rootImage(), "root image");
        if (view.vms().template(view.vm()).vm() == null) {
            return disk('a', root);
        }
        XmlElement base = typed(new XmlElement("backingStore"), root)
                .add(format(root))
                .add(source(root))
                .addEmpty("backingStore");
        return disk('a', known(paths.rootOverlay(), "root image")).add(base);
    }

    private XmlElement drive(DriveSpec drive) {
        if (!drive.backend().equals("dom0")) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "VM '" + SafeText.of(view.vm().name()) + "' has a drive in VM '" + SafeText.of(drive.backend())
                            + "': QEMU cannot use disks of other VMs, and would open the same path of the host",
                    "set a drive of dom0, or none, with qvm-prefs");
        }
        if (drive.type().equals(DriveSpec.HD)) {
            return disk('d', drive.path());
        }
        return disk("cdrom", new XmlElement("target").with("dev", "hdc").with("bus", "ide"), 'd', drive.path())
                .addEmpty("readonly");
    }

    private XmlElement disk(char letter, String path) {
        XmlElement target = new XmlElement("target").with("dev", "vd" + letter).with("bus", "virtio");
        return disk("disk", target, letter, path);
    }

    private XmlElement disk(String device, XmlElement target, char letter, String path) {
        return typed(new XmlElement("disk"), path)
                .with("device", device)
                .add(driver(formatOf(path)))
                .add(source(path))
                .add(target)
                .add("serial", "xvd" + letter);
    }

    /** A disk that a running domain gets; always raw, whatever its name and its content: that is what Xen shows too. */
    static XmlElement attached(DiskRequest request) {
        if (!request.backend().equals(LiveDisk.DOM0)) {
            throw new QubesException(
                    ErrorKind.FAILED,
                    "the disk is one of VM '" + SafeText.of(request.backend())
                            + "': QEMU cannot use disks of other VMs, and would open the same path of the host");
        }
        boolean file = request.kind().equals(LiveDisk.FILE);
        XmlElement disk = new XmlElement("disk")
                .with("type", file ? "file" : "block")
                .with("device", "disk")
                .add(driver("raw"))
                .add(new XmlElement("source").with(file ? "file" : "dev", request.source()))
                .add(new XmlElement("target")
                        .with("dev", ownName(request.frontend()))
                        .with("bus", "virtio"))
                .add("serial", request.frontend());
        return request.readonly() ? disk.addEmpty("readonly") : disk;
    }

    /** What the guest frees becomes a hole in its image. */
    private static XmlElement driver(String format) {
        return new XmlElement("driver")
                .with("name", "qemu")
                .with("type", format)
                .with("discard", "unmap");
    }

    /** {@code vdi} for {@code xvdi}. */
    private static String ownName(String frontend) {
        return frontend.startsWith("x") ? frontend.substring(1) : frontend;
    }

    private XmlElement typed(XmlElement element, String path) {
        return element.with("type", files.isBlockDevice(path) ? "block" : "file");
    }

    private XmlElement source(String path) {
        return new XmlElement("source").with(files.isBlockDevice(path) ? "dev" : "file", files.realPath(path));
    }

    private static XmlElement format(String path) {
        return new XmlElement("format").with("type", formatOf(path));
    }

    private static String formatOf(String path) {
        return path.endsWith(QCOW2) ? "qcow2" : "raw";
    }

    private String known(@Nullable String fixedPath, String what) {
        return CommonParts.path(fixedPath, view, what);
    }
}
