package org.qubestools.core.libvirt;

import java.util.List;
import java.util.Optional;
import org.qubestools.core.vmm.DiskRequest;
import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.HostDevice;
import org.qubestools.core.vmm.HostFiles;
import org.qubestools.core.vmm.VmmTraits;

/** libvirt's driver that only keeps books: it takes Xen's words, and nothing is ever run. */
final class TestProfile implements DriverProfile {
    private final HostFiles files;

    TestProfile(HostFiles files) {
        this.files = files;
    }

    @Override
    public VmmTraits traits() {
        return VmmTraits.TEST;
    }

    @Override
    public boolean createsPaused() {
        return false;
    }

    @Override
    public String domainXml(DomainSpec spec) {
        return spec.customDefinition().orElseGet(() -> XenDocument.write("test", spec, files));
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
        return XenProfile.hvmWarnings(spec);
    }

    @Override
    public Optional<String> hint() {
        return Optional.empty();
    }

    /** None is needed: no disk is ever opened, no script ever run. */
    @Override
    public List<String> droppedParts(DomainSpec spec, String readBack) {
        return List.of();
    }
}
