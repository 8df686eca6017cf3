package org.qubestools.core.libvirt;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.DriveSpec;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmFiles;
import org.qubestools.core.model.VmView;
import org.qubestools.core.vmm.DiskRequest;
import org.qubestools.core.vmm.HostFiles;
import org.qubestools.core.vmm.LiveDisk;

/**
 * The disks of a VM as Qubes' scripts for Xen want them: two images of a snapshot are one source, joined by a colon.
 */
final class XenDisks {
    private final VmView view;
    private final boolean ownDisks;
    private final VmFiles paths;
    private final HostFiles files;

    /**
     * Looks at one VM.
     *
     * @param booted a DisposableVM has disks of its own, see {@link org.qubestools.core.vmm.DomainSpec}
     */
    XenDisks(VmView view, boolean booted, HostFiles files) {
        this.view = view;
        this.ownDisks = booted && view.vm().vmClass() == VmClass.DISPOSABLE;
        this.paths = view.files();
        this.files = files;
    }

    List<XmlElement> all() {
        List<XmlElement> disks = new ArrayList<>();
        disks.add(root());
        if (ownDisks) {
            disks.add(disk("xvdb", real(paths.ownPrivateImage(), "private image")));
        } else if (view.vm().vmClass() != VmClass.DISPOSABLE) {
            disks.add(disk("xvdb", real(paths.privateImage(), "private image")));
        }
        if (view.vm().vmClass().isHvm()) {
            DriveSpec drive = view.vm().get(Attributes.DRIVE);
            if (drive != null) {
                disks.add(drive(drive));
            }
        } else {
            String volatileImage = ownDisks ? paths.ownVolatileImage() : paths.volatileImage();
            disks.add(disk("xvdc", real(volatileImage, "volatile image")));
            String modules = CommonParts.kernels(view) + "/modules.img";
            if (files.exists(modules)) {
                XmlElement disk = disk("xvdd", files.realPath(modules));
                disks.add(view.facts().kernel() == null ? disk : disk.addEmpty("readonly"));
            }
        }
        return disks;
    }

    private XmlElement root() {
        QubesVm template = view.vms().template(view.vm()).vm();
        String root = real(paths.rootImage(), "root image");
        if (template == null) {
            String changes = paths.rootCowImage();
            return changes == null
                    ? disk("xvda", root)
                    : scripted("xvda", root + ":" + files.realPath(changes), "block-origin");
        }
        if (view.vm().vmClass().isHvm()) {
            return scripted("xvda", root + ":" + real(paths.volatileImage(), "volatile image"), "block-snapshot");
        }
        String changes = new VmFiles(view.vms(), template, view.pools()).rootCowImage();
        return scripted("xvda", root + ":" + real(changes, "root image"), "block-snapshot")
                .addEmpty("readonly");
    }

    private XmlElement drive(DriveSpec drive) {
        boolean cdrom = drive.type().equals(DriveSpec.CDROM);
        boolean ours = drive.backend().equals("dom0");
        XmlElement disk = disk("xvdd", ours ? files.realPath(drive.path()) : drive.path())
                .with("device", cdrom ? "cdrom" : "disk");
        if (cdrom) {
            disk.addEmpty("readonly");
        }
        return ours ? disk : disk.add(new XmlElement("backenddomain").with("name", drive.backend()));
    }

    private String real(@Nullable String fixedPath, String what) {
        return files.realPath(CommonParts.path(fixedPath, view, what));
    }

    private static XmlElement scripted(String target, String source, String script) {
        return disk(target, source).add(new XmlElement("script").with("path", script));
    }

    /** A disk that a running domain gets. */
    static XmlElement attached(DiskRequest request) {
        XmlElement disk = disk(request.frontend(), request.source());
        if (request.readonly()) {
            disk.addEmpty("readonly");
        }
        return request.backend().equals(LiveDisk.DOM0)
                ? disk
                : disk.add(new XmlElement("backenddomain").with("name", request.backend()));
    }

    /** Block and phy also for plain files, of which Xen makes loop devices. */
    private static XmlElement disk(String target, String source) {
        return new XmlElement("disk")
                .with("type", "block")
                .with("device", "disk")
                .add(new XmlElement("driver").with("name", "phy"))
                .add(new XmlElement("source").with("dev", source))
                .add(new XmlElement("target").with("dev", target).with("bus", "xen"));
    }
}
