package org.qubestools.core.libvirt;

import java.util.List;
import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.VmmTraits;

/** TEMPORARY: a domain without devices. */
record BareProfile(VmmTraits traits, String type) implements DriverProfile {
    @Override
    public boolean createsPaused() {
        return !type.equals("test");
    }

    @Override
    public String domainXml(DomainSpec spec) {
        return "<domain type='" + type + "'><name>" + spec.name() + "</name><uuid>" + spec.uuid()
                + "</uuid><memory>16384</memory><os><type>hvm</type></os></domain>";
    }

    @Override
    public String interfaceXml(DomainSpec spec) {
        return "<interface type='user'><mac address='00:16:3e:5e:6c:07'/><model type='virtio'/></interface>";
    }

    @Override
    public List<String> droppedParts(DomainSpec spec, String readBack) {
        return List.of();
    }
}
