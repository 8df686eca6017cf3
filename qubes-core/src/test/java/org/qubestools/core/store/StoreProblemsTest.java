package org.qubestools.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qubestools.core.model.Problem;
import org.qubestools.core.model.ProblemCode;

/** Every problem code, made by one replacement in a small store without problems. */
final class StoreProblemsTest {
    private static final String DISPOSABLE =
            "  <QubesDisposableVm dispid=\"4\" label=\"red\" name=\"disp4\" qid=\"6\" template_qid=\"1\"/>\n";

    private static String store(String from, String to) {
        String whole = StoreXmls.SMALL.replace("</QubesVmCollection>", DISPOSABLE + "</QubesVmCollection>");
        assertThat(whole).contains(from);
        return whole.replace(from, to);
    }

    private static Set<String> about(List<Problem> problems, String code) {
        Set<String> about = new TreeSet<>();
        for (Problem problem : problems) {
            if (problem.code().text().equals(code)) {
                about.add(problem.about());
            }
        }
        return about;
    }

    @Test
    void aGoodStoreHasNone() {
        assertThat(StoreXmls.parse(store("</", "</")).problems()).isEmpty();
    }

    /** Columns: code, VMs it is about, attribute, what is replaced, by what. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "bad-qid|work|qid|qid=\"4\"|qid=\"254\"",
                "bad-qid|work|qid|qid=\"4\"|qid=\"0\"",
                "bad-qid|work|qid|qid=\"4\"|qid=\"-4\"",
                "bad-qid|work|qid|qid=\"4\"|qid=\" 4\"",
                "bad-qid|work|qid|qid=\"4\"|qid=\"99999999999999999999\"",
                "bad-qid|work|qid|qid=\"4\"|quid=\"4\"",
                "bad-qid|sys-net|qid|qid=\"2\"|qid=\"two\"",
                "netvm-missing|sys-fw|netvm_qid|qid=\"2\" template|qid=\"two\" template",
                "global-dangling|clockvm default_fw_netvm|clockvm|qid=\"2\" template|qid=\"two\" template",
                "duplicate-qid|win work|qid|qid=\"5\"|qid=\"4\"",
                "duplicate-qid|dom0||  <QubesTemplateVm|  <QubesAdminVm/><QubesTemplateVm",
                "bad-name|../work|name|name=\"work\"|name=\"../work\"",
                "bad-name|x-dm|name|name=\"work\"|name=\"x-dm\"",
                "bad-name|True|name|name=\"work\"|name=\"True\"",
                "bad-name|dom0|name|name=\"work\"|name=\"dom0\"",
                "bad-name|?4|name|name=\"work\"|x=\"work\"",
                "bad-name|?4|name|name=\"work\"|name=\"\"",
                "duplicate-name|win|name|name=\"work\"|name=\"win\"",
                "template-missing|work|template_qid|qid=\"4\" template_qid=\"1\"|qid=\"4\" template_qid=\"99\"",
                "template-missing|work|template_qid|qid=\"4\" template_qid=\"1\"|qid=\"4\" template_qid=\"x\"",
                "template-missing|disp4|template_qid|qid=\"6\" template_qid=\"1\"|qid=\"6\"",
                "template-wrong-kind|work|template_qid|qid=\"4\" template_qid=\"1\"|qid=\"4\" template_qid=\"5\"",
                "template-wrong-kind|win|template_qid|qid=\"5\" template_qid=\"none\"|qid=\"5\" template_qid=\"1\"",
                "template-wrong-kind|fedora|template_qid|qid=\"1\" template_qid=\"none\"|qid=\"1\" template_qid=\"5\"",
                "template-loop|fedora|template_qid|qid=\"1\" template_qid=\"none\"|qid=\"1\" template_qid=\"1\"",
                "template-loop|fedora work|template_qid|qid=\"1\" template_qid=\"none\"|qid=\"1\" template_qid=\"4\"",
                "netvm-missing|win|netvm_qid|netvm_qid=\"none\"|netvm_qid=\"99\"",
                "netvm-missing|win|netvm_qid|netvm_qid=\"none\"|netvm_qid=\"word\"",
                "netvm-missing|win|dispvm_netvm|name=\"win\"|"
                        + "name=\"win\" uses_default_dispvm_netvm=\"False\" dispvm_netvm=\"77\"",
                "netvm-wrong-kind|win|netvm_qid|netvm_qid=\"none\"|netvm_qid=\"4\"",
                "netvm-loop|sys-fw|netvm_qid|netvm_qid=\"2\" qid=\"3\"|netvm_qid=\"3\" qid=\"3\"",
                "unknown-label|work|label|label=\"blue\"|label=\"Blue\"",
                "unknown-label|work|label|label=\"blue\"|label=\"\"",
                "bad-uuid|work|uuid|name=\"work\"|name=\"work\" uuid=\"x\"",
                "bad-number|work|memory|memory=\"400\" name=\"work\"|memory=\"0\" name=\"work\"",
                "bad-number|work|memory|memory=\"400\" name=\"work\"|memory=\"1.5\" name=\"work\"",
                "bad-number|work|memory|memory=\"400\" name=\"work\"|memory=\"1234567890123456789\" name=\"work\"",
                "bad-number|work|maxmem|name=\"work\"|name=\"work\" maxmem=\"0\"",
                "bad-number|work|vcpus|name=\"work\"|name=\"work\" vcpus=\"-1\"",
                "bad-number|sys-net|netid|netid=\"1\"|netid=\"254\"",
                "bad-number|disp4|dispid|dispid=\"4\"|dispid=\"four\"",
                "bad-number|disp4|dispid|dispid=\"4\"|x=\"4\"",
                "bad-number|win|timezone|name=\"win\"|name=\"win\" timezone=\"CET\"",
                "bad-bool|work|debug|name=\"work\"|name=\"work\" debug=\"yes\"",
                "bad-bool|work|uses_default_netvm|qid=\"4\" template_qid=\"1\" uses_default_netvm=\"True\"|"
                        + "qid=\"4\" template_qid=\"1\" uses_default_netvm=\"1\"",
                "bad-list|work|pcidevs|name=\"work\"|name=\"work\" pcidevs=\"['00:zz.0']\"",
                "bad-list|work|pcidevs|name=\"work\"|name=\"work\" pcidevs=\"exit()\"",
                "bad-dict|work|services|name=\"work\"|name=\"work\" services=\"['cups']\"",
                "bad-mac|work|mac|name=\"work\"|name=\"work\" mac=\"00:16\"",
                "bad-drive|win|drive|name=\"win\"|name=\"win\" drive=\"floppy:dom0:/x\"",
                "bad-path|work|dir_path|name=\"work\"|name=\"work\" dir_path=\"/var/../etc\"",
                "bad-path|work|dir_path|name=\"work\"|name=\"work\" dir_path=\"appvms/work\"",
                "bad-path|work|conf_file|name=\"work\"|name=\"work\" conf_file=\"../x.conf\"",
                "bad-path|work|firewall_conf|name=\"work\"|name=\"work\" firewall_conf=\"\"",
                "bad-kernel|work|kernel|name=\"work\"|name=\"work\" kernel=\"../4.4\"",
                "unknown-pool|work|pool_name|name=\"work\"|name=\"work\" pool_name=\"nosuch\"",
                "duplicate-netid|sys-fw sys-net|netid|netid=\"2\"|netid=\"1\"",
                "global-dangling|clockvm|clockvm|clockvm=\"2\"|clockvm=\"99\"",
                "global-malformed|clockvm|clockvm|clockvm=\"2\"|clockvm=\"sys-net\"",
                "global-malformed|default_netvm|default_netvm|default_netvm=\"3\"|default_netvm=\"4\"",
                "global-malformed|default_template|default_template|default_template=\"1\"|default_template=\"4\"",
                "global-malformed|default_kernel|default_kernel|default_kernel=\"4.4\"|default_kernel=\"a/b\"",
                "unknown-class|win||QubesHVm|QubesQuantumVm",
                "unknown-class|QubesX||<QubesHVm|<QubesX/><QubesHVm",
                "unknown-class|win||<QubesHVm|<QubesHVm xmlns=\"u\""
            })
    void isFoundAndReportedWhereItStands(String code, String about, String attribute, String from, String to) {
        List<Problem> problems = StoreXmls.parse(store(from, to)).problems();

        assertThat(about(problems, code)).as("%s", problems).containsExactlyInAnyOrder(about.split(" "));
        assertThat(problems)
                .filteredOn(problem -> problem.code().text().equals(code))
                .allSatisfy(problem -> assertThat(problem.line()).isPositive());
        if (attribute != null) {
            assertThat(problems)
                    .anySatisfy(problem -> assertThat(problem.attribute()).isEqualTo(attribute));
        }
    }

    @Test
    void oneProblemOfAVmHidesNoOther() {
        String xml = store("name=\"work\"", "name=\"work\" uuid=\"x\" debug=\"yes\" pool_name=\"nosuch\"")
                .replace("qid=\"4\" template_qid=\"1\"", "qid=\"254\" template_qid=\"99\"");

        assertThat(StoreXmls.parse(xml).problems())
                .extracting(problem -> problem.code().text())
                .containsExactlyInAnyOrder("bad-qid", "bad-uuid", "bad-bool", "unknown-pool", "template-missing");
    }

    @Test
    void ofTwoEqualUuidsBothAreNamed() {
        String uuid = " uuid=\"0F13436A-9096-52c6-b9b0-29c634b66597\"";
        String xml = store("name=\"win\"", "name=\"win\"" + uuid.toLowerCase(Locale.ROOT))
                .replace("name=\"work\"", "name=\"work\"" + uuid);

        assertThat(about(StoreXmls.parse(xml).problems(), "duplicate-uuid")).containsExactly("win", "work");
    }

    @Test
    void aRingOfProxiesIsReportedOnEachOfThem() {
        String second = "  <QubesProxyVm name=\"vpn\" netid=\"3\" netvm_qid=\"3\" qid=\"7\" template_qid=\"1\"/>\n";
        String xml = store("netvm_qid=\"2\"", "netvm_qid=\"7\"").replace("  <QubesAppVm", second + "  <QubesAppVm");

        List<Problem> problems = StoreXmls.parse(xml).problems();

        assertThat(about(problems, "netvm-loop")).containsExactly("sys-fw", "vpn");
    }

    /** Names are looked at once for elements that have the same, also where one of them is a namespace. */
    @Test
    void aNamespaceIsSeenInEachOfSeveralElementsThatAreAlike() {
        StringBuilder alike = new StringBuilder();
        String[] namespaces = {"", "", "u", "", "v"};
        for (int i = 0; i < namespaces.length; i++) {
            alike.append(String.format(
                    "<QubesHVm xmlns=\"%s\" name=\"a%d\" qid=\"%d\" template_qid=\"none\"/>",
                    namespaces[i], i, 20 + i));
        }

        StoreSnapshot store =
                StoreXmls.parse(StoreXmls.SMALL.replace("</QubesVmCollection>", alike + "</QubesVmCollection>"));

        assertThat(about(store.problems(), "unknown-class")).containsExactly("a2", "a4");
        assertThat(store.vms().byQid(23)).isNotNull();
        assertThat(store.vms().byQid(22)).isNull();
    }

    @Test
    void unknownAttributesAndForeignContentAreNone() {
        String xml = store("name=\"work\"", "name=\"work\" other=\"x\" drive=\"not of this class\"")
                .replace("</Qubes", "text<!-- c --><?p i?></Qubes");

        assertThat(StoreXmls.parse(xml).problems()).isEmpty();
    }

    /** VMs that are alike are looked at once: what is told of them must be the same as if they had nothing in common. */
    @Test
    void whatIsToldOfAVmDoesNotDependOnTheOneBefore() {
        Random random = new Random(4);
        Set<ProblemCode> seen = EnumSet.noneOf(ProblemCode.class);
        for (int round = 0; round < 200; round++) {
            StringBuilder alike = new StringBuilder();
            StringBuilder different = new StringBuilder();
            for (int i = 0; i < 12; i++) {
                String vm = String.format(
                        "name=\"vm%s\" qid=\"%s\" template_qid=\"%s\" uses_default_netvm=\"%s\" netvm_qid=\"%s\""
                                + " memory=\"%s\" pool_name=\"%s\" uuid=\"%s\" dir_path=\"/x/%s\"/>%n",
                        one(random, i, i, i, i, 1),
                        one(random, i + 10, i + 10, i + 10, 11),
                        one(random, 1, 1, 1, 1, "none", i + 10, 11, 5, 99),
                        one(random, "True", "True", "False"),
                        one(random, 3, 3, 3, 1, 77),
                        one(random, 400, 400, 400, 400, "much"),
                        one(random, "default", "default", "default", "nosuch"),
                        one(random, "none", "none", "2c3c15f1-9ce5-4ff3-a5a4-1cc8d0d5f13" + i % 10, "bad"),
                        one(random, i, i, i, i, ".."));
                String kind = one(random, "QubesAppVm", "QubesAppVm", "QubesTemplateVm", "QubesHVm");
                alike.append("<" + kind + " " + vm);
                different.append("<" + kind + " only" + i + "=\"\" " + vm);
            }
            List<Problem> told = StoreXmls.parse(
                            StoreXmls.SMALL.replace("</QubesVmCollection>", alike + "</QubesVmCollection>"))
                    .problems();

            assertThat(told)
                    .isEqualTo(StoreXmls.parse(
                                    StoreXmls.SMALL.replace("</QubesVmCollection>", different + "</QubesVmCollection>"))
                            .problems());
            told.forEach(problem -> seen.add(problem.code()));
        }
        assertThat(seen).hasSizeGreaterThan(9);
    }

    private static String one(Random random, Object... choices) {
        return String.valueOf(choices[random.nextInt(choices.length)]);
    }
}
