package org.qubestools.core.libvirt;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether QEMU's domains run on KVM or are emulated.
 *
 * @param hint why they are emulated, as one line for the administrator; null if there is nothing to say
 */
record Acceleration(boolean kvm, @Nullable String hint) {
    static final Acceleration KVM = new Acceleration(true, null);
    static final Acceleration WANTED_EMULATION = new Acceleration(false, null);

    private static final String EMULATED = "VMs are emulated, which is many times slower than KVM: ";

    /**
     * KVM only if it truly works: a device of a machine without hardware virtualisation runs specially built kernels
     * only, and libvirt then asks QEMU anew at every definition.
     *
     * @param device {@code /dev/kvm}
     * @param processors {@code /proc/cpuinfo}
     * @param capabilities asked only if all else is well
     */
    static Acceleration look(Path device, Path processors, DriverProfiles.Capabilities capabilities) {
        if (!Files.exists(device)) {
            return emulated("there is no " + device + "; load kvm_intel or kvm_amd, or switch virtualisation on");
        }
        if (!opens(device)) {
            return emulated(device + " cannot be opened; add this user to the group it belongs to");
        }
        if (!hasHardware(processors)) {
            return emulated("the processor shows neither vmx nor svm, so " + device
                    + " is of no use; switch nested virtualisation on, or hide the device from libvirtd");
        }
        return capabilities.document().contains("<domain type='kvm'")
                ? KVM
                : emulated("libvirt does not offer KVM; see 'virsh capabilities' and the log of libvirtd");
    }

    private static Acceleration emulated(String reason) {
        return new Acceleration(false, EMULATED + reason);
    }

    private static boolean opens(Path device) {
        try (FileChannel channel = FileChannel.open(device, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.isOpen();
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean hasHardware(Path processors) {
        try (BufferedReader lines = Files.newBufferedReader(processors, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("flags")) {
                    List<String> flags = List.of(line.split("[ \t]+", -1));
                    return flags.contains("vmx") || flags.contains("svm");
                }
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }
}
