package org.qubestools.core.libvirt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qubestools.core.vmm.DiskRequest;
import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.HostDevice;
import org.qubestools.core.vmm.HostFiles;
import org.qubestools.core.vmm.VmmTraits;

/** libvirt's driver for Xen, as Qubes OS patches it; the stock one drops what it does not know. */
final class XenProfile implements DriverProfile {
    private final HostFiles files;

    XenProfile(HostFiles files) {
        this.files = files;
    }

    @Override
    public VmmTraits traits() {
        return VmmTraits.XEN;
    }

    @Override
    public boolean createsPaused() {
        return true;
    }

    @Override
    public String domainXml(DomainSpec spec) {
        return spec.customDefinition().orElseGet(() -> XenDocument.write("xen", spec, files));
    }

    @Override
    public String interfaceXml(DomainSpec spec) {
        return XmlWriter.write(spec.name(), XenDocument.networkInterface(Network.required(spec.vm())));
    }

    @Override
    public String diskXml(String domain, DiskRequest disk) {
        return XmlWriter.write(domain, XenDisks.attached(disk));
    }

    @Override
    public String hostDeviceXml(String domain, HostDevice device) {
        return XmlWriter.write(domain, HostDeviceXml.write(device, true));
    }

    @Override
    public List<String> warnings(DomainSpec spec) {
        return hvmWarnings(spec);
    }

    /** What is said of an HVM on every driver. */
    static List<String> hvmWarnings(DomainSpec spec) {
        List<String> warnings = new ArrayList<>();
        if (spec.vm().vm().vmClass().isHvm() && spec.customDefinition().isEmpty()) {
            String clock = CommonParts.clockWarning(spec.vm().vm());
            if (clock != null) {
                warnings.add(clock);
            }
        }
        return warnings;
    }

    @Override
    public Optional<String> hint() {
        return Optional.empty();
    }

    @Override
    public List<String> droppedParts(DomainSpec spec, String readBack) {
        return NeededParts.missing(domainXml(spec), readBack);
    }
}
