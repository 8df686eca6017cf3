package org.qubestools.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmView;
import org.qubestools.core.property.PropertyContext;
import org.qubestools.core.property.SettableProperty;
import org.qubestools.core.property.VmProperties;
import org.qubestools.core.property.VmProperty;
import org.qubestools.fixtures.Fixtures;

/**
 * Every settable property of a VM of every class in stores of every release: what was set is read back after a save,
 * the save changes nothing outside this VM's element, and a second save of the same changes nothing at all.
 */
final class PropertyStoreTest {
    /** Texts that are good for some classes and stores at least; where they are refused, nothing is to be saved. */
    private static final Map<String, List<String>> TEXTS = Map.ofEntries(
            Map.entry("default_user", List.of("b&b <\"'>", "user")),
            Map.entry("dispvm_netvm", List.of("none", "default", "sys-net", "netvm")),
            Map.entry("drive", List.of("hd:dom0:/a:b c", "none")),
            Map.entry("kernel", List.of("k-9", "none", "default")),
            Map.entry("kernelopts", List.of("", "a=\"b\" c='d'", "default")),
            Map.entry("label", List.of("gray", "orange")),
            Map.entry("mac", List.of("00:11:22:33:44:55", "auto")),
            Map.entry("maxmem", List.of("1234", "999999999")),
            Map.entry("memory", List.of("123", "4096")),
            Map.entry("name", List.of("renamed-9")),
            Map.entry("netvm", List.of("none", "default", "sys-net", "netvm")),
            Map.entry("pcidevs", List.of("['1f:1f.7', 'ff:00.0']", "[]")),
            Map.entry("qrexec_timeout", List.of("0", "77")),
            Map.entry("template", List.of("fedora-23", "fedora-21", "fedora-20-x64")),
            Map.entry("timezone", List.of("-3600", "localtime")),
            Map.entry("vcpus", List.of("3")));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "r1-small",
                "r2-small",
                "r2-rich",
                "r3.0-small",
                "r3.0-rich",
                "r3.0-offline",
                "r3.1-rich",
                "r3.2-small",
                "r3.2-rich",
                "r3.2-offline",
                "hand-edited"
            })
    void aSetPropertySurvivesASave(String name) {
        byte[] bytes = Fixtures.bytes("qubes-xml/stores/" + name + ".xml");
        StoreSnapshot store = StoreXmls.parse(bytes);
        Set<VmClass> seen = EnumSet.noneOf(VmClass.class);
        int changes = 0;
        for (QubesVm vm : store.vms().inDocumentOrder()) {
            if (seen.add(vm.vmClass())) { // one of each class is enough
                for (SettableProperty property : VmProperties.settable()) {
                    for (String text : TEXTS.getOrDefault(property.id(), List.of("true", "false"))) {
                        changes += set(store, bytes, vm, property, text) ? 1 : 0;
                    }
                }
            }
        }
        assertThat(changes).isGreaterThan(50);
    }

    /** True if it was not refused and changed something. */
    private static boolean set(StoreSnapshot store, byte[] bytes, QubesVm vm, SettableProperty property, String text) {
        String what = vm + " " + property.id() + "=" + text;
        QubesVm changed = changed(store, vm, property, text);
        if (changed == null || changed == vm) {
            return false;
        }
        VmCollection meant = store.vms().with(changed);

        byte[] saved = store.withChanges(meant);

        StoreSnapshot read = StoreXmls.parse(saved);
        assertThat(values(read, read.vms().byKey(keyIn(read, changed))))
                .as(what)
                .isEqualTo(values(store, meant, changed));
        if (changed.key() != VmCollection.IMPLICIT_DOM0) { // that one is a new element
            onlyElementDiffers(what, bytes, saved, changed);
        }
        assertThat(read.withChanges(read.vms())).as(what).isEqualTo(saved);
        return true;
    }

    private static @Nullable QubesVm changed(StoreSnapshot store, QubesVm vm, SettableProperty property, String text) {
        if (!property.belongsTo(vm.vmClass())) {
            return null;
        }
        try {
            return property.set(view(store, store.vms(), vm), text, new Context());
        } catch (QubesException e) {
            return null;
        }
    }

    /** A dom0 that was not written has its place only after the save. */
    private static int keyIn(StoreSnapshot read, QubesVm changed) {
        return changed.vmClass() == VmClass.ADMIN ? read.vms().dom0().key() : changed.key();
    }

    private static VmView view(StoreSnapshot store, VmCollection vms, QubesVm vm) {
        return new VmView(vms, vm, store.pools(), () -> Optional.of(new HostInfo(16000, 4)));
    }

    private static List<String> values(StoreSnapshot store, QubesVm vm) {
        return values(store, store.vms(), vm);
    }

    /** All properties of the VM, derived ones too. */
    private static List<String> values(StoreSnapshot store, VmCollection vms, QubesVm vm) {
        List<String> values = new ArrayList<>();
        for (VmProperty property : VmProperties.all()) {
            if (property.belongsTo(vm.vmClass())) {
                values.add(property.id() + "=" + property.value(view(store, vms, vm)));
            }
        }
        return values;
    }

    /** The first and last character that differ stand in one tag, which names the VM. */
    private static void onlyElementDiffers(String what, byte[] before, byte[] after, QubesVm changed) {
        String one = new String(before, StandardCharsets.UTF_8);
        String two = new String(after, StandardCharsets.UTF_8);
        int most = Math.min(one.length(), two.length());
        int start = 0;
        while (start < most && one.charAt(start) == two.charAt(start)) {
            start++;
        }
        int tail = 0;
        while (tail < most - start && one.charAt(one.length() - 1 - tail) == two.charAt(two.length() - 1 - tail)) {
            tail++;
        }
        int tag = two.lastIndexOf('<', start);
        int close = two.indexOf("/>", Math.max(start, two.length() - tail - 1));
        String element = two.substring(tag, close < 0 ? two.length() : close);
        assertThat(element).as(what).startsWith("<" + changed.vmClass().element());
        assertThat(two.substring(start, two.length() - tail)).as(what).doesNotContain("<");
    }

    private static final class Context implements PropertyContext {
        @Override
        public Optional<HostInfo> host() {
            return Optional.empty();
        }

        @Override
        public @Nullable String problemWithKernel(String name) {
            return Objects.equals(name, "k-9") ? null : "not there";
        }

        @Override
        public String installedKernels() {
            return "k-9";
        }

        @Override
        public void warn(String message) {}

        @Override
        public void note(String message) {}
    }
}
