package org.qubestools.core.libvirt;

import java.util.List;
import java.util.Optional;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.vmm.DiskRequest;
import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.DriverSettings;
import org.qubestools.core.vmm.HostDevice;
import org.qubestools.core.vmm.HostFiles;
import org.qubestools.core.vmm.VmmTraits;

/** libvirt's driver for QEMU, with KVM or without, on a host that has nothing of Qubes OS. */
final class QemuProfile implements DriverProfile {
    private final HostFiles files;
    private final DriverSettings settings;
    private final Acceleration acceleration;

    QemuProfile(HostFiles files, DriverSettings settings, Acceleration acceleration) {
        if (settings.network() != null && settings.bridge() != null) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE, "QUBES_KVM_NETWORK and QUBES_KVM_BRIDGE are both set", "set one of them");
        }
        this.files = files;
        this.settings = settings;
        this.acceleration = acceleration;
    }

    @Override
    public VmmTraits traits() {
        return VmmTraits.QEMU;
    }

    @Override
    public boolean createsPaused() {
        return true;
    }

    @Override
    public String domainXml(DomainSpec spec) {
        return spec.customDefinition().orElseGet(() -> {
            CommonParts.requireGoodName(spec.vm().vm());
            return XmlWriter.write(spec.name(), new QemuDocument(spec, files, settings, acceleration.kvm()).domain());
        });
    }

    @Override
    public String interfaceXml(DomainSpec spec) {
        return XmlWriter.write(spec.name(), QemuDocument.networkInterface(Network.required(spec.vm()), settings));
    }

    @Override
    public String diskXml(String domain, DiskRequest disk) {
        return XmlWriter.write(domain, QemuDisks.attached(disk));
    }

    @Override
    public String hostDeviceXml(String domain, HostDevice device) {
        return XmlWriter.write(domain, HostDeviceXml.write(device, false));
    }

    @Override
    public List<String> warnings(DomainSpec spec) {
        List<String> warnings = XenProfile.hvmWarnings(spec);
        QubesVm vm = spec.vm().vm();
        if (spec.vm().facts().hasPciDevices() && !vm.is(Attributes.PCI_STRICTRESET)) {
            warnings.add("VM '" + SafeText.of(vm.name())
                    + "': pci_strictreset False has no effect here: QEMU takes only PCI devices that can be reset");
        }
        return warnings;
    }

    @Override
    public void requireStartable() {
        String logs = settings.consoleLogs();
        if (logs != null && !(logs.startsWith("/") && files.isDirectory(logs))) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "QUBES_KVM_CONSOLE_LOGS is '" + SafeText.of(logs) + "', which is no directory",
                    "make it, name another one by its whole path, or leave the setting out");
        }
    }

    @Override
    public QubesException explained(QubesException failure) {
        String logs = settings.consoleLogs();
        String message = String.valueOf(failure.getMessage());
        boolean aboutLogs = logs != null && (message.contains(files.realPath(logs)) || message.contains("virtlogd"));
        return !aboutLogs
                ? failure
                : new QubesException(
                        failure.kind(),
                        message,
                        "QUBES_KVM_CONSOLE_LOGS needs a directory that QEMU may write to, and either virtlogd or"
                                + " stdio_handler = \"file\" in libvirt's qemu.conf",
                        failure);
    }

    @Override
    public Optional<String> hint() {
        return Optional.ofNullable(acceleration.hint());
    }

    @Override
    public List<String> droppedParts(DomainSpec spec, String readBack) {
        return NeededParts.missing(domainXml(spec), readBack);
    }
}
