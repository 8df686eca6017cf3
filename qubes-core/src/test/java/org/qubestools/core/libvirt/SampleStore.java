package org.qubestools.core.libvirt;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmView;
import org.qubestools.core.store.StoreSnapshot;
import org.qubestools.core.vmm.DomainSpec;

/** A store with a VM of every kind, in which a test changes what it is about. */
final class SampleStore {
    private static final String TEXT = """
            <QubesVmCollection clockvm="2" default_kernel="4.4.14-11" default_netvm="3" default_template="1">
              <QubesAdminVm qid="0" name="dom0" netid="0" label="black"/>
              <QubesTemplateVm qid="1" name="fedora" label="black" netvm_qid="none" uses_default_netvm="False"
                  template_qid="none"/>
              <QubesNetVm qid="2" name="sys-net" netid="1" label="red" template_qid="1" pcidevs="['02:00.0']"/>
              <QubesProxyVm qid="3" name="sys-firewall" netid="2" label="green" template_qid="1" netvm_qid="2"/>
              <QubesAppVm qid="4" name="work" label="blue" template_qid="1"/>
              <QubesAppVm qid="5" name="alone" label="blue" template_qid="none" netvm_qid="none"
                  uses_default_netvm="False"/>
              <QubesHVm qid="6" name="win" label="blue" template_qid="none"/>
              <QubesTemplateHVm qid="7" name="win-base" label="black" template_qid="none" netvm_qid="none"
                  uses_default_netvm="False"/>
              <QubesHVm qid="8" name="win-work" label="blue" template_qid="7"/>
              <QubesDisposableVm qid="9" name="disp3" dispid="3" label="red" template_qid="1"/>
            </QubesVmCollection>
            """;

    private final StoreSnapshot store;
    private final VmCollection vms;

    private SampleStore(StoreSnapshot store, VmCollection vms) {
        this.store = store;
        this.vms = vms;
    }

    static SampleStore complete() {
        StoreSnapshot store = StoreSnapshot.parse("store", TEXT.getBytes(StandardCharsets.UTF_8), DefaultPool.ALONE);
        return new SampleStore(store, store.vms());
    }

    /** The same with one attribute's text changed. */
    SampleStore with(String vm, String attribute, String text) {
        QubesVm before = vms.require(vm);
        return new SampleStore(store, vms.with(before.withText(attribute, text)));
    }

    DomainSpec spec(String vm) {
        return spec(vm, null, false);
    }

    DomainSpec spec(String vm, @Nullable String ownDefinition, boolean booted) {
        VmView view = new VmView(vms, vms.require(vm), store.pools(), () -> Optional.of(new HostInfo(8192, 4)));
        return new DomainSpec(uuid(vm), view, ownDefinition, booted);
    }

    /** The UUID that this VM is defined with. */
    String uuid(String vm) {
        return "5f0c1d52-6e3b-4f5a-9c1e-00000000000" + vms.require(vm).qid();
    }

    /** Every VM but dom0. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        for (QubesVm vm : vms.inDocumentOrder()) {
            if (vm.qid() != 0) {
                names.add(vm.name());
            }
        }
        return names;
    }

    /** The default pool, where it always is. */
    private enum DefaultPool implements Pools {
        ALONE;

        @Override
        public @Nullable String directory(String pool) {
            return pool.equals(DEFAULT) ? DEFAULT_DIRECTORY : null;
        }

        @Override
        public Set<String> names() {
            return Set.of(DEFAULT);
        }
    }
}
