package org.qubestools.core.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.vmm.DriverSettings;

final class AccelerationTest {
    private static final String OFFERED = "<arch name='x86_64'><domain type='qemu'/><domain type='kvm'/></arch>";
    private static final String FLAGS = "processor\t: 0\nflags\t\t: fpu sse svm\nbugs\t\t: vmx\n";

    @TempDir
    private Path directory;

    private Path device;
    private Path processors;

    @BeforeEach
    void aMachineWithKvm() throws IOException {
        device = Files.createFile(directory.resolve("kvm"));
        processors = Files.writeString(directory.resolve("cpuinfo"), FLAGS);
    }

    private Acceleration look(String capabilities) {
        return Acceleration.look(device, processors, () -> capabilities);
    }

    @Test
    void kvmIsTakenWhereAllOfItIsThere() {
        assertThat(look(OFFERED)).isEqualTo(Acceleration.KVM);
    }

    @Test
    void withoutDeviceThereIsNone() throws IOException {
        Files.delete(device);

        assertThat(look(OFFERED).kvm()).isFalse();
        assertThat(look(OFFERED).hint()).contains("there is no " + device).doesNotContain("\n");
    }

    @Test
    void aDeviceThatDoesNotOpenIsNone() throws IOException {
        Files.delete(device);
        Files.createDirectory(device); // root opens any file, but no directory for writing

        assertThat(look(OFFERED).kvm()).isFalse();
        assertThat(look(OFFERED).hint()).contains("cannot be opened");
    }

    @Test
    void aProcessorWithoutVirtualisationIsNone() throws IOException {
        Files.writeString(processors, "flags : fpu vmxx nosvm\nvmx flags : ept\n");

        assertThat(look(OFFERED).kvm()).isFalse();
        assertThat(look(OFFERED).hint()).contains("neither vmx nor svm");

        Files.delete(processors);
        assertThat(look(OFFERED).kvm()).isFalse();
    }

    @Test
    void whatLibvirtDoesNotOfferIsNone() {
        assertThat(look("<domain type='qemu'/>").kvm()).isFalse();
        assertThat(look("<domain type='qemu'/>").hint()).contains("libvirt does not offer KVM");
    }

    private static DriverProfile profile(String word, String named) {
        return DriverProfiles.of(
                word, () -> "<capabilities/>", new DriverSettings(named, null, null, null), new CompleteHost());
    }

    @Test
    void theWordOfTheConnectionDecides() {
        assertThat(profile("Xen", null)).isInstanceOf(XenProfile.class);
        assertThat(profile("TEST", null)).isInstanceOf(TestProfile.class);
        assertThat(profile("QEMU", null)).isInstanceOf(QemuProfile.class);
        assertThat(profile("QEMU", null).hint()).isPresent();
        assertThatThrownBy(() -> profile("LXC", null))
                .isInstanceOf(QubesException.class)
                .hasMessage("libvirt's driver 'lxc' is none that VMs can run on");
    }

    @Test
    void theAdministratorsWordGoesFirst() {
        assertThat(profile("QEMU", "xen")).isInstanceOf(XenProfile.class);
        assertThat(profile("QEMU", "kvm").domainXml(SampleStore.complete().spec("work")))
                .startsWith("<domain type=\"kvm\">");
        assertThat(profile("QEMU", "qemu").hint()).isEmpty();
        assertThatThrownBy(() -> profile("QEMU", "vbox"))
                .isInstanceOf(QubesException.class)
                .hasMessage("QUBES_DRIVER is 'vbox'");
    }
}
