package org.qubestools.core.property;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.AttributeMap;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmView;

/** Every settable property of every class: good texts are read back, bad ones refused, resets lead to the default. */
final class PropertyTableTest {
    /** By property: text and the value it must read back as; null for none. */
    private static final Map<String, Map<String, String>> GOOD = Map.ofEntries(
            Map.entry("default_user", Map.of("bob", "bob")),
            Map.entry("dispvm_netvm", Map.of("net", "net", "none", "null")),
            Map.entry("drive", Map.of("/a:b", "cdrom:dom0:/a:b", "HD:net:/dev/sda", "hd:net:/dev/sda", "none", "null")),
            Map.entry("kernel", Map.of("4.4", "4.4", "none", "null")),
            Map.entry("kernelopts", Map.of("", "", "a <b> \"c\"", "a <b> \"c\"")),
            Map.entry("label", Map.of("gray", "gray")),
            Map.entry("mac", Map.of("00:11:22:aa:bb:CC", "00:11:22:aa:bb:CC")),
            Map.entry("maxmem", Map.of(" 500 ", "500")),
            Map.entry("memory", Map.of("+600", "600", "0700", "700")),
            Map.entry("name", Map.of("new-name", "new-name")),
            Map.entry("netvm", Map.of("net", "net", "", "null", "NONE", "null")),
            Map.entry("pcidevs", Map.of("['00:1F.6']", "[00:1f.6]", "[]", "[]")),
            Map.entry("qrexec_timeout", Map.of("0", "0")),
            Map.entry("template", Map.of()),
            Map.entry("timezone", Map.of("-7200", "-7200", "LocalTime", "localtime")),
            Map.entry("vcpus", Map.of("4", "4")));

    private static final Map<String, List<String>> BAD = Map.ofEntries(
            Map.entry("default_user", List.of("", "a\nb", "\u0007")),
            Map.entry("dispvm_netvm", List.of("app", "nobody")),
            Map.entry("drive", List.of("a.iso", "floppy:/x", "dom0:relative", "hd:/a\u0000")),
            Map.entry("kernel", List.of("../4.4", "a/b", "nosuch", "..")),
            Map.entry("kernelopts", List.of("a\u001bb")),
            Map.entry("label", List.of("RED", "amber", "")),
            Map.entry("mac", List.of("bad", "00:11:22:33:44:55:66", "00-11-22-33-44-55")),
            Map.entry("maxmem", List.of("0", "-1", "x", "16001")),
            Map.entry("memory", List.of("0", "-5", "1.5", "", "9999999999999999999", "16001")),
            Map.entry("name", List.of("1a", "a b", "none", "x-dm", "default", "dom0", "a\n", "n".repeat(32))),
            Map.entry("netvm", List.of("app", "nobody")),
            Map.entry("pcidevs", List.of("nonsense", "['zz:zz.z']", "[__import__('os')]", "['00:19.0'")),
            Map.entry("qrexec_timeout", List.of("-1", "soon")),
            Map.entry("template", List.of("app", "nobody", "")),
            Map.entry("timezone", List.of("CET", "")),
            Map.entry("vcpus", List.of("0", "5", "x")));

    private static VmCollection vms(VmClass vmClass) {
        List<QubesVm> all = new ArrayList<>();
        add(all, VmClass.TEMPLATE, "tpl", 1, 0);
        add(all, VmClass.NET, "net", 2, 1);
        add(all, VmClass.APP, "app", 3, 1);
        add(all, VmClass.TEMPLATE_HVM, "htpl", 4, 0);
        add(all, vmClass, "subject", 5, template(vmClass));
        return VmCollection.of(AttributeMap.EMPTY, all);
    }

    private static int template(VmClass vmClass) {
        VmClass template = vmClass.templateClass();
        return template == null ? 0 : template == VmClass.TEMPLATE ? 1 : 4;
    }

    private static void add(List<QubesVm> all, VmClass vmClass, String name, int qid, int template) {
        NewVm made = new NewVm(vmClass, name, qid, template, Pools.DEFAULT);
        all.add(QubesVm.stored(all.size(), vmClass, made.attributes()));
    }

    private static VmView view(VmCollection vms) {
        return new VmView(vms, vms.require("subject"), new OnePool(), () -> Optional.of(new HostInfo(16000, 4)));
    }

    private static VmView after(VmView before, QubesVm changed) {
        VmCollection vms = before.vms().with(changed);
        return new VmView(vms, vms.byKey(changed.key()), before.pools(), before.host());
    }

    private static List<VmClass> classes() {
        return List.of(VmClass.TEMPLATE, VmClass.TEMPLATE_HVM, VmClass.NET, VmClass.PROXY, VmClass.APP, VmClass.HVM);
    }

    @Test
    void goodTextsAreReadBack() {
        for (VmClass vmClass : classes()) {
            for (SettableProperty property : VmProperties.settable()) {
                if (canSet(property, vmClass)) {
                    for (Map.Entry<String, String> good : good(property).entrySet()) {
                        VmView before = view(vms(vmClass));
                        QubesVm changed = property.set(before, good.getKey(), new Context());
                        assertThat(readBack(property, after(before, changed)))
                                .as("%s of %s = %s", property.id(), vmClass, good.getKey())
                                .isEqualTo(good.getValue());
                    }
                }
            }
        }
    }

    /** The value in force; of the user a template decides, so there the stored one. */
    private static String readBack(SettableProperty property, VmView view) {
        return property.id().equals("default_user")
                ? view.vm().get(Attributes.DEFAULT_USER)
                : String.valueOf(property.value(view));
    }

    private static boolean canSet(SettableProperty property, VmClass vmClass) {
        boolean hvmMaxmem = property.id().equals("maxmem") && vmClass.isHvm();
        return property.belongsTo(vmClass) && !hvmMaxmem && !property.id().equals("seamless_gui_mode");
    }

    private static Map<String, String> good(SettableProperty property) {
        return property instanceof BoolProperty
                ? Map.of("true", "true", "NO", "false", "1", "true", "off", "false")
                : GOOD.get(property.id());
    }

    @Test
    void badTextsAreRefused() {
        for (VmClass vmClass : classes()) {
            for (SettableProperty property : VmProperties.settable()) {
                if (canSet(property, vmClass)) {
                    List<String> bad =
                            property instanceof BoolProperty ? List.of("maybe", "", "2") : BAD.get(property.id());
                    for (String text : bad) {
                        assertThat(refuses(property, vmClass, text))
                                .as("%s of %s = %s", property.id(), vmClass, text)
                                .isTrue();
                    }
                }
            }
        }
    }

    private static boolean refuses(SettableProperty property, VmClass vmClass, String text) {
        try {
            property.set(view(vms(vmClass)), text, new Context());
            return false;
        } catch (QubesException e) {
            return true;
        }
    }

    @Test
    void aResetLeadsToTheDefault() {
        for (VmClass vmClass : classes()) {
            for (SettableProperty property : VmProperties.settable()) {
                boolean proxyNetvm = vmClass == VmClass.PROXY && property.id().equals("netvm");
                boolean hasDefault =
                        !property.id().equals("name") && !property.id().equals("template") && !proxyNetvm;
                if (canSet(property, vmClass) && hasDefault) {
                    VmView before = view(vms(vmClass));
                    for (String text : good(property).keySet()) {
                        before = after(before, property.set(before, text, new Context()));
                    }
                    QubesVm reset = property.reset(before, new Context());
                    assertThat(property.isDefault(after(before, reset)))
                            .as("%s of %s", property.id(), vmClass)
                            .isTrue();
                }
            }
        }
    }

    /** Texts that are no default of any class. */
    private static final Map<String, String> OTHERS = Map.ofEntries(
            Map.entry("default_user", "bob"),
            Map.entry("dispvm_netvm", "none"),
            Map.entry("drive", "/a"),
            Map.entry("kernel", "4.4"),
            Map.entry("kernelopts", "quiet"),
            Map.entry("label", "gray"),
            Map.entry("mac", "00:11:22:aa:bb:cc"),
            Map.entry("maxmem", "500"),
            Map.entry("memory", "600"),
            Map.entry("netvm", "net"),
            Map.entry("pcidevs", "['00:1f.6']"),
            Map.entry("qrexec_timeout", "61"),
            Map.entry("timezone", "7200"),
            Map.entry("vcpus", "3"));

    @Test
    void aValueOfItsOwnIsNoDefault() {
        for (VmClass vmClass : classes()) {
            for (SettableProperty property : VmProperties.settable()) {
                String text = OTHERS.get(property.id());
                if (text != null && canSet(property, vmClass)) {
                    VmView before = view(vms(vmClass));
                    QubesVm changed = property.set(before, text, new Context());
                    assertThat(property.isDefault(after(before, changed)))
                            .as("%s of %s", property.id(), vmClass)
                            .isFalse();
                }
            }
        }
    }

    @Test
    void onlyHvmsHaveDrivesAndTimezones() {
        for (VmClass vmClass : classes()) {
            for (String name : List.of("drive", "timezone")) {
                assertThat(VmProperties.settable(name).belongsTo(vmClass))
                        .as("%s of %s", name, vmClass)
                        .isEqualTo(vmClass.isHvm());
            }
        }
    }

    @Test
    void whatHarmsATerminalOrASaveIsNoOptionOfAKernel() {
        VmView view = view(vms(VmClass.APP));
        SettableProperty options = VmProperties.settable("kernelopts");
        for (String good : List.of(" ", "~", "\u00a0", "\ufffd", "a\ud83d\ude00", "\ud83d\ude00\ud83d\ude00")) {
            assertThat(options.set(view, good, new Context()).get(Attributes.KERNELOPTS))
                    .isEqualTo(good);
        }
        for (String bad : List.of(
                "\u001f",
                "\n",
                "\u007f",
                "\u0080",
                "\u009f",
                "\ufffe",
                "\uffff",
                "\ud83d",
                "a\ud83db",
                "\ude00",
                "a\ude00",
                "\ude00\ud83d",
                "\ud83d\ude00\ude00")) {
            assertThat(refuses(options, VmClass.APP, bad)).isTrue();
        }
    }

    @Test
    void fourPropertiesConcernTheRunningVm() {
        Map<String, LiveEffect> effects = Map.of(
                "name", LiveEffect.NAME,
                "label", LiveEffect.LABEL,
                "netvm", LiveEffect.NETWORK,
                "autostart", LiveEffect.AUTOSTART);
        for (SettableProperty property : VmProperties.settable()) {
            assertThat(property.effect())
                    .as(property.id())
                    .isEqualTo(effects.getOrDefault(property.id(), LiveEffect.NONE));
        }
    }

    @Test
    void everyPropertyHasAHelpAndAnUnmistakableName() {
        List<String> names = VmProperties.all().stream().map(VmProperty::id).toList();

        assertThat(names).doesNotHaveDuplicates();
        assertThat(VmProperties.all())
                .allSatisfy(property -> assertThat(property.help()).isNotBlank());
        assertThat(names)
                .allSatisfy(name -> assertThat(VmProperties.named(name).id()).isEqualTo(name));
    }

    @Test
    void aLoopOfNetvmsIsRefused() {
        VmCollection vms = vms(VmClass.PROXY);
        SettableProperty netvm = VmProperties.settable("netvm");

        assertThat(catchThrowable(() -> netvm.set(view(vms), "subject", new Context())))
                .hasMessageContaining("loop");
    }

    private static final class Context implements PropertyContext {
        @Override
        public Optional<HostInfo> host() {
            return Optional.of(new HostInfo(16000, 4));
        }

        @Override
        public String problemWithKernel(String name) {
            return name.equals("4.4") ? null : "not there";
        }

        @Override
        public String installedKernels() {
            return "4.4";
        }

        @Override
        public void warn(String message) {}

        @Override
        public void note(String message) {}
    }

    private static final class OnePool implements Pools {
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
