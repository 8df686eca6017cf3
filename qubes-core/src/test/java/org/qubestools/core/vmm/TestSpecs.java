package org.qubestools.core.vmm;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.qubestools.core.model.AttributeMap;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmView;

/** VMs of small stores, as a driver is given them. */
final class TestSpecs {
    private TestSpecs() {}

    /** The only VM of its store. */
    static DomainSpec alone(VmClass vmClass, String name, String uuid) {
        return spec(List.of(QubesVm.stored(0, vmClass, attributes(vmClass, name, 7, 0, uuid))), uuid);
    }

    /** A VM with a template, the last of its store. */
    static DomainSpec templateBased(String name, String uuid) {
        AttributeMap template =
                attributes(VmClass.TEMPLATE, "contract-template", 5, 0, "dddddddd-1111-4111-8111-111111111111");
        return spec(
                List.of(
                        QubesVm.stored(0, VmClass.TEMPLATE, template),
                        QubesVm.stored(1, VmClass.APP, attributes(VmClass.APP, name, 7, 5, uuid))),
                uuid);
    }

    private static AttributeMap attributes(VmClass vmClass, String name, int qid, int template, String uuid) {
        return new NewVm(vmClass, name, qid, template, Pools.DEFAULT)
                .attributes()
                .with("kernel", "4.4.14-11")
                .with("uses_default_kernel", "False")
                .with("maxmem", "4000")
                .with("uses_default_netvm", "False")
                .with("netvm_qid", "none")
                .with("uuid", uuid);
    }

    private static DomainSpec spec(List<QubesVm> stored, String uuid) {
        VmCollection vms = VmCollection.of(AttributeMap.EMPTY, stored);
        return new DomainSpec(uuid, new VmView(vms, vms.byKey(stored.size() - 1), new NoPools(), Optional::empty));
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
