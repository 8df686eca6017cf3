package org.qubestools.core.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.libvirt.CompleteHost;
import org.qubestools.core.libvirt.LibvirtOptions;
import org.qubestools.core.libvirt.LibvirtVmm;
import org.qubestools.core.model.VmClass;

/** What the driver says of what libvirt refuses or drops, on the test driver in this process. */
final class DriverErrorsTest {
    private static final String UUID = "aaaaaaaa-1111-4111-8111-111111111111";

    private final List<String> warnings = new ArrayList<>();

    private Vmm open(String uri, DriverSettings settings) {
        return LibvirtVmm.open(
                new LibvirtOptions(uri, Duration.ofSeconds(30), settings, new CompleteHost()), warnings::add);
    }

    private static DriverSettings profile(String name) {
        return new DriverSettings(name, null, null, null);
    }

    @Test
    void aDefinitionThatLostItsSnapshotScriptIsRefusedAndNotLeftBehind() {
        DomainSpec spec = TestSpecs.templateBased("contract-one", UUID);
        try (Vmm vmm = open("test:///default", profile("xen"))) {
            assertThat(vmm.traits()).isEqualTo(VmmTraits.XEN);

            assertThatThrownBy(() -> vmm.define(spec))
                    .isInstanceOfSatisfying(
                            QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FAILED))
                    .hasMessageContaining("dropped a needed part of the definition of domain 'contract-one'")
                    .hasMessageContaining("script");
            assertThat(vmm.find(spec.key())).isEmpty();
        }
    }

    @Test
    void aLeftOverDefinitionThatGivesWayIsToldOf() {
        try (Vmm vmm = open("test:///default", DriverSettings.NONE)) {
            vmm.define(TestSpecs.alone(VmClass.APP, "contract-one", "bbbbbbbb-1111-4111-8111-111111111111"));
            assertThat(warnings).isEmpty();

            vmm.define(TestSpecs.alone(VmClass.APP, "contract-one", UUID));

            assertThat(warnings)
                    .containsExactly("libvirt has an inactive domain 'contract-one' (UUID"
                            + " bbbbbbbb-1111-4111-8111-111111111111) that is no VM of the store; its definition is"
                            + " replaced");
        }
    }

    @Test
    void aDefinitionThatIsNoneFailsInOneLine() {
        DomainSpec good = TestSpecs.alone(VmClass.APP, "contract-one", UUID);
        DomainSpec bad = new DomainSpec(UUID, good.vm(), "<domain>\n<name>contract-one</name>\u001b[31m");
        try (Vmm vmm = open("test:///default", DriverSettings.NONE)) {
            assertThatThrownBy(() -> vmm.define(bad))
                    .isInstanceOf(QubesException.class)
                    .hasMessageStartingWith("cannot define domain 'contract-one': ")
                    .message()
                    .matches("[ -~]+");
        }
    }

    @Test
    void aProfileThatIsNotKnownIsSaid() {
        try (Vmm vmm = open("test:///default", profile("vmware"))) {
            assertThatThrownBy(vmm::traits)
                    .isInstanceOfSatisfying(
                            QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID_VALUE))
                    .hasMessageContaining("QUBES_DRIVER");
        }
    }
}
