package org.qubestools.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.qubestools.core.model.AttributeMap;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;

final class QubesXmlWriterTest {
    private static String save(String xml, Edit edit) {
        StoreSnapshot store = StoreXmls.parse(xml);
        return new String(store.withChanges(edit.apply(store.vms())), StandardCharsets.UTF_8);
    }

    private interface Edit {
        VmCollection apply(VmCollection vms);
    }

    private static VmCollection memory(VmCollection vms, String name, long memory) {
        return vms.with(vms.require(name).with(Attributes.MEMORY, memory));
    }

    @Test
    void nothingChangedIsTheSameBytes() {
        assertThat(save(StoreXmls.SMALL, vms -> vms)).isEqualTo(StoreXmls.SMALL);
    }

    @Test
    void oneAttributeIsReplacedInPlace() {
        String saved = save(StoreXmls.SMALL, vms -> memory(vms, "work", 600));

        assertThat(saved)
                .isEqualTo(StoreXmls.SMALL.replace("memory=\"400\" name=\"work\"", "memory=\"600\" name=\"work\""));
    }

    @Test
    void anAbsentAttributeGoesToTheEndOfTheTag() {
        String saved = save(StoreXmls.SMALL, vms -> vms.with(vms.require("work").with(Attributes.DEBUG, true)));

        assertThat(saved)
                .isEqualTo(StoreXmls.SMALL.replace(
                        "qid=\"4\" template_qid=\"1\" uses_default_netvm=\"True\"/>",
                        "qid=\"4\" template_qid=\"1\" uses_default_netvm=\"True\" debug=\"True\"/>"));
    }

    @Test
    void aRemovedAttributeTakesItsBlankAlong() {
        String saved = save(StoreXmls.SMALL, vms -> vms.with(vms.require("work").without(Attributes.MEMORY)));

        assertThat(saved).isEqualTo(StoreXmls.SMALL.replace(" memory=\"400\" name=\"work\"", " name=\"work\""));
    }

    @Test
    void theSingleQuotesOfAValueStay() {
        String xml = StoreXmls.SMALL.replace("label=\"blue\" memory=\"400\"", "label='blue' memory='400'");

        String saved = save(xml, vms -> vms.with(vms.require("work").withText("memory", "it's <6> & \"7\"")));

        assertThat(saved).isEqualTo(xml.replace("memory='400'", "memory='it&apos;s &lt;6> &amp; \"7\"'"));
    }

    @Test
    void tabsAndLineEndsBecomeReferences() {
        String saved = save(StoreXmls.SMALL, vms -> vms.with(vms.require("work").withText("kernelopts", "a\tb\nc\rd")));

        assertThat(saved).contains("kernelopts=\"a&#9;b&#10;c&#13;d\"");
    }

    @Test
    void aRemovedVmTakesItsLineAlong() {
        String saved = save(StoreXmls.SMALL, vms -> vms.removing(vms.require("work")));

        assertThat(saved.lines().toList())
                .isEqualTo(StoreXmls.SMALL
                        .lines()
                        .filter(line -> !line.contains("\"work\""))
                        .toList());
    }

    @Test
    void aNewVmGoesBehindTheNextLowerQid() {
        String xml = StoreXmls.SMALL.replace("qid=\"5\"", "qid=\"9\"");
        AttributeMap attributes = new NewVm(VmClass.APP, "new", 5, 1, Pools.DEFAULT).attributes();

        List<String> lines =
                save(xml, vms -> vms.adding(VmClass.APP, attributes)).lines().toList();

        assertThat(lines.get(6))
                .startsWith("  <QubesAppVm autostart=\"False\" ")
                .contains(" name=\"new\" ");
        assertThat(lines.get(5)).contains("\"work\"");
        assertThat(lines.get(7)).contains("\"win\"");
    }

    @Test
    void theFirstVmOpensAnEmptyRoot() {
        String empty = "<QubesVmCollection clockvm=\"None\"/>\n";
        AttributeMap attributes = new NewVm(VmClass.TEMPLATE, "t", 1, 0, Pools.DEFAULT).attributes();

        String saved = save(empty, vms -> vms.adding(VmClass.TEMPLATE, attributes));

        assertThat(saved)
                .startsWith("<QubesVmCollection clockvm=\"None\">\n  <QubesTemplateVm ")
                .endsWith("/>\n</QubesVmCollection>\n");
    }

    @Test
    void aFileOnOneLineStaysOnOneLine() {
        String xml = StoreXmls.SMALL.replace("\n  ", "").replace("\n", "");
        AttributeMap attributes = new NewVm(VmClass.APP, "new", 6, 1, Pools.DEFAULT).attributes();

        String saved = save(xml, vms -> memory(vms.adding(VmClass.APP, attributes), "work", 5));

        assertThat(saved).doesNotContain("\n").contains("name=\"new\"");
    }

    @Test
    void whatIsNotUnderstoodStays() {
        String xml = "<?xml version='1.0'?>\r\n<!-- a --><?pi b?>\r\n<QubesVmCollection other='1'>\r\n"
                + "<QubesAppVm qid='4' name='work' template_qid='1' my:own='x' memory='400'><child a='1'>t</child>"
                + "</QubesAppVm>\r\n\t<Foreign name='f'/><!-- end --></QubesVmCollection>\r\n";

        String saved = save(xml, vms -> memory(vms, "work", 401));

        assertThat(saved).isEqualTo(xml.replace("'400'", "'401'"));
    }

    @Test
    void globalsAreAttributesOfTheRoot() {
        String saved = save(StoreXmls.SMALL, vms -> vms.withGlobal(Globals.Key.CLOCKVM, vms.require("sys-fw")));

        assertThat(saved).isEqualTo(StoreXmls.SMALL.replace("clockvm=\"2\"", "clockvm=\"3\""));
    }

    @Test
    void otherEncodingsComeOutAsTheyCameIn() {
        for (Charset charset : List.of(StandardCharsets.UTF_16, StandardCharsets.ISO_8859_1, StandardCharsets.UTF_8)) {
            String declaration = "<?xml version=\"1.0\" encoding=\"" + charset.name() + "\"?>\n";
            String xml =
                    declaration + StoreXmls.SMALL.replace("name=\"win\"", "name=\"win\" default_user=\"m\u00fcller\"");
            StoreSnapshot store = StoreXmls.parse(xml.getBytes(charset));

            byte[] saved = store.withChanges(memory(store.vms(), "work", 600));

            assertThat(new String(saved, charset))
                    .isEqualTo(xml.replace("memory=\"400\" name=\"work\"", "memory=\"600\" name=\"work\""));
            assertThat(saved).startsWith(Arrays.copyOf(xml.getBytes(charset), 2));
        }
    }

    @Test
    void aCharacterThatTheEncodingLacksBecomesAReference() {
        String xml = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n" + StoreXmls.SMALL;
        StoreSnapshot store = StoreXmls.parse(xml.getBytes(StandardCharsets.ISO_8859_1));

        byte[] saved = store.withChanges(
                store.vms().with(store.vms().require("work").withText("default_user", "\u4e2d\ud83d\ude00")));

        assertThat(new String(saved, StandardCharsets.ISO_8859_1)).contains("default_user=\"&#20013;&#128512;\"");
    }

    @Test
    void aValueThatCannotBeReadBackIsNotWritten() {
        StoreSnapshot store = StoreXmls.parse(StoreXmls.SMALL);
        VmCollection changed = store.vms().with(store.vms().require("work").withText("default_user", "a\u0001b"));

        assertThatThrownBy(() -> store.withChanges(changed)).isInstanceOf(RuntimeException.class);
    }

    @Test
    void anImplicitDom0IsWrittenOnlyWhenItWasChanged() {
        String xml = StoreXmls.SMALL.replaceFirst("  <QubesAdminVm.*\n", "");

        assertThat(save(xml, vms -> memory(vms, "work", 600))).doesNotContain("QubesAdminVm");
        assertThat(save(xml, vms -> vms.with(vms.dom0().with(Attributes.INCLUDE_IN_BACKUPS, false))))
                .contains("<QubesAdminVm include_in_backups=\"False\"/>");
    }

    @Test
    void manyRandomEditsReadBackAsMeant() {
        long seed = Long.getLong("qubes.fuzz.seed", new Random().nextLong());
        Random random = new Random(seed);
        byte[] bytes = StoreXmls.SMALL.getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < 300; round++) {
            StoreSnapshot store = StoreXmls.parse(bytes);
            VmCollection changed = randomEdit(store.vms(), random);

            bytes = store.withChanges(changed);

            VmCollection read = StoreXmls.parse(bytes).vms();
            assertThat(texts(read)).as("seed %d round %d", seed, round).isEqualTo(texts(changed));
        }
    }

    private static List<List<String>> texts(VmCollection vms) {
        return vms.byQidOrder().stream().map(QubesXmlWriterTest::texts).toList();
    }

    private static List<String> texts(QubesVm vm) {
        AttributeMap sorted = vm.attributes().sorted();
        return IntStream.range(0, sorted.size())
                .mapToObj(i -> sorted.name(i) + "=" + sorted.value(i))
                .toList();
    }

    private static VmCollection randomEdit(VmCollection vms, Random random) {
        List<QubesVm> all = vms.inDocumentOrder();
        QubesVm vm = all.get(random.nextInt(all.size()));
        String text = random.ints(random.nextInt(8), 0, 6)
                .mapToObj(i -> List.of("<", "&", "\"", "'", "\n", "\u00e9").get(i))
                .reduce("", String::concat);
        return switch (random.nextInt(5)) {
            case 0 -> vms.with(vm.withText("x" + random.nextInt(4), text));
            case 1 -> all.size() > 3 && vm.vmClass() != VmClass.ADMIN ? vms.removing(vm) : vms;
            case 2 -> add(vms, random);
            case 3 -> vms.withGlobalText(Globals.Key.UPDATEVM, String.valueOf(random.nextInt(9)));
            default -> vms.with(vm.without(Attributes.MEMORY));
        };
    }

    private static VmCollection add(VmCollection vms, Random random) {
        int qid = vms.nextQid();
        String name = "vm" + qid + "x" + random.nextInt(1000000);
        return vms.hasName(name)
                ? vms
                : vms.adding(VmClass.APP, new NewVm(VmClass.APP, name, qid, 1, Pools.DEFAULT).attributes());
    }
}
