package org.qubestools.core.libvirt;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.vmm.DriverSettings;
import org.qubestools.core.vmm.HostFiles;
import org.qubestools.core.vmm.VmmTraits;

/** The table of profiles: libvirt's word for the type of a connection -> its profile. */
final class DriverProfiles {
    private static final Path KVM_DEVICE = Path.of("/dev/kvm");
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    private DriverProfiles() {}

    /** What a connection can do, as libvirt's document; asked only where it matters. */
    interface Capabilities {
        String document();
    }

    /**
     * The profile of a connection.
     *
     * @param typeWord libvirt's word for the driver: {@code Xen}, {@code QEMU}, {@code TEST}
     * @throws QubesException FAILED for a driver without a profile; INVALID_VALUE for a profile that is not known
     */
    static DriverProfile of(String typeWord, Capabilities capabilities, DriverSettings settings, HostFiles files) {
        boolean named = settings.profile() != null;
        String word = Optional.ofNullable(settings.profile()).orElse(typeWord).toLowerCase(Locale.ROOT);
        return switch (word) {
            case "xen" -> new XenProfile(files);
            case "kvm" -> new QemuProfile(files, settings, Acceleration.KVM);
            case "qemu" ->
                new QemuProfile(
                        files,
                        settings,
                        named
                                ? Acceleration.WANTED_EMULATION
                                : Acceleration.look(KVM_DEVICE, PROCESSORS, capabilities));
            case "test" -> new TestProfile(files);
            default -> throw unknown(word, named);
        };
    }

    /** The traits of the profile, for which the host need not be asked what it can do. */
    static VmmTraits traits(String typeWord, DriverSettings settings) {
        boolean named = settings.profile() != null;
        String word = Optional.ofNullable(settings.profile()).orElse(typeWord).toLowerCase(Locale.ROOT);
        return switch (word) {
            case "xen" -> VmmTraits.XEN;
            case "kvm", "qemu" -> VmmTraits.QEMU;
            case "test" -> VmmTraits.TEST;
            default -> throw unknown(word, named);
        };
    }

    private static QubesException unknown(String word, boolean named) {
        return named
                ? new QubesException(
                        ErrorKind.INVALID_VALUE,
                        "QUBES_DRIVER is '" + SafeText.of(word) + "'",
                        "it can be xen, kvm, qemu or test")
                : new QubesException(
                        ErrorKind.FAILED,
                        "libvirt's driver '" + SafeText.of(word) + "' is none that VMs can run on",
                        "use a URI of Xen, QEMU or the test driver");
    }
}
