package org.qubestools.core.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.AttributeMap;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmView;

/** What every {@link Vmm} must do; run on the fake and on each driver. */
abstract class VmmContract {
    private static final String UUID = "aaaaaaaa-1111-4111-8111-111111111111";
    private static final String OTHER_UUID = "bbbbbbbb-1111-4111-8111-111111111111";

    /** A VMM without any of the domains {@code contract-*}. */
    abstract Vmm open();

    private static DomainSpec spec(String name, String uuid) {
        AttributeMap attributes = new NewVm(VmClass.APP, name, 7, 0, Pools.DEFAULT).attributes();
        VmCollection vms = VmCollection.of(AttributeMap.EMPTY, List.of(QubesVm.stored(0, VmClass.APP, attributes)));
        return new DomainSpec(uuid, new VmView(vms, vms.byKey(0), new NoPools(), Optional::empty));
    }

    private static Optional<DomainSnapshot> find(Vmm vmm, String name) {
        return vmm.domains().stream()
                .filter(domain -> domain.name().equals(name))
                .findAny();
    }

    @Test
    void theHostHasMemoryAndCpus() {
        try (Vmm vmm = open()) {
            assertThat(vmm.host().memoryMib()).isPositive();
            assertThat(vmm.host().cpus()).isPositive();
        }
    }

    @Test
    void aDefinedDomainIsListedAndInactive() {
        try (Vmm vmm = open()) {
            vmm.define(spec("contract-one", UUID));

            DomainSnapshot domain = find(vmm, "contract-one").orElseThrow();

            assertThat(domain.active()).isFalse();
            assertThat(domain.uuid()).isEqualTo(UUID);
        }
    }

    @Test
    void definingAgainReplacesTheDefinition() {
        try (Vmm vmm = open()) {
            vmm.define(spec("contract-one", UUID));
            vmm.define(spec("contract-one", UUID));

            assertThat(vmm.domains().stream().filter(domain -> domain.name().equals("contract-one")))
                    .hasSize(1);
        }
    }

    @Test
    void aNameWithAnotherUuidIsInUse() {
        try (Vmm vmm = open()) {
            vmm.define(spec("contract-one", UUID));

            assertThatThrownBy(() -> vmm.define(spec("contract-one", OTHER_UUID)))
                    .isInstanceOfSatisfying(
                            QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.IN_USE));
        }
    }

    @Test
    void aUuidWithAnotherNameIsInUse() {
        try (Vmm vmm = open()) {
            vmm.define(spec("contract-one", UUID));

            assertThatThrownBy(() -> vmm.define(spec("contract-two", UUID)))
                    .isInstanceOfSatisfying(
                            QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.IN_USE));
        }
    }

    @Test
    void anUndefinedDomainIsGone() {
        try (Vmm vmm = open()) {
            vmm.define(spec("contract-one", UUID));

            vmm.undefine(new DomainKey("contract-one", UUID));

            assertThat(find(vmm, "contract-one")).isEmpty();
        }
    }

    @Test
    void undefiningWhatIsNotThereIsFine() {
        try (Vmm vmm = open()) {
            vmm.undefine(new DomainKey("contract-nobody", null));

            assertThat(find(vmm, "contract-nobody")).isEmpty();
        }
    }

    private static final class NoPools implements Pools {
        @Override
        public String directory(String pool) {
            return DEFAULT_DIRECTORY;
        }

        @Override
        public Set<String> names() {
            return Set.of(DEFAULT);
        }
    }
}
