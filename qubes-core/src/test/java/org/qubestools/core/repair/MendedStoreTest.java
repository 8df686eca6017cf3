package org.qubestools.core.repair;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.edit.HostTree;
import org.qubestools.core.edit.MendStore;
import org.qubestools.core.edit.MendStore.SecondDom0Removal;
import org.qubestools.core.edit.MendStore.TextEdit;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.storage.StorageConf;
import org.qubestools.core.store.StoreSnapshot;
import org.qubestools.fixtures.Fixtures;

/** Which changes are proposed for which damage, and what the store is after them. */
final class MendedStoreTest {
    private static final String HEAD = "<QubesVmCollection default_template=\"1\" default_netvm=\"2\""
            + " default_fw_netvm=\"2\" updatevm=\"2\" clockvm=\"2\" default_kernel=\"None\">\n"
            + "  <QubesAdminVm name=\"dom0\" qid=\"0\"/>\n"
            + "  <QubesTemplateVm name=\"fedora\" qid=\"1\"/>\n"
            + "  <QubesNetVm name=\"sys-net\" qid=\"2\" netid=\"1\" template_qid=\"1\"/>\n";
    private static final String GOOD =
            HEAD + "  <QubesAppVm name=\"work\" qid=\"3\" template_qid=\"1\" memory=\"600\"/>\n</QubesVmCollection>\n";

    /** Files with something that only the user can know. */
    private static final List<String> LEFT = List.of(
            "dispvm-without-template",
            "dup-name",
            "hvm-on-pv-template",
            "name-32-chars",
            "name-digits",
            "name-missing",
            "name-stubdom-suffix",
            "name-traversal",
            "name-true",
            "netvm-loop-two",
            "pool-unknown",
            "template-is-an-appvm",
            "template-missing",
            "unknown-class");

    @TempDir
    private Path root;

    private StoreTree tree;

    @BeforeEach
    void makeTree() {
        tree = new StoreTree(new HostTree(path -> root.resolve(path.substring(1)))::real, new StorageConf(root));
    }

    private StoreSnapshot store(String text) {
        return StoreSnapshot.parse("qubes.xml", text.getBytes(StandardCharsets.UTF_8), new StorageConf(root));
    }

    private static String with(String vms) {
        return HEAD + vms + "</QubesVmCollection>\n";
    }

    private List<Mending> plan(StoreSnapshot store, Memory memory) {
        return RepairPlan.of(store, memory, tree).mendings();
    }

    private StoreSnapshot mended(StoreSnapshot store, List<Mending> mendings) {
        VmCollection vms = store.vms();
        for (Mending mending : mendings) {
            for (TextEdit edit : mending.texts()) {
                if (edit.key() == MendStore.GLOBALS) {
                    vms = vms.withGlobalText(Globals.Key.of(edit.attribute()), edit.after());
                } else {
                    vms = vms.with(MendStore.changed(vms.byKey(edit.key()), edit.attribute(), edit.after()));
                }
            }
        }
        for (Mending mending : mendings) {
            for (SecondDom0Removal removal : mending.removals()) {
                vms = vms.removing(vms.byKey(removal.key()));
            }
        }
        return StoreSnapshot.parse("qubes.xml", store.withChanges(vms), store.pools());
    }

    @Test
    void secondDom0sThatSayNothingGoAndWhatIsBehindThemIsMendedToo() {
        StoreSnapshot store = store(HEAD
                + "  <QubesAdminVm name=\"dom0\" qid=\"0\" label=\"red\" netid=\"7\" default_user=\"user\"/>\n"
                + "  <QubesAppVm name=\"work\" qid=\"3\" template_qid=\"1\" memory=\"6OO\"/>\n"
                + "  <QubesAdminVm qid=\"zero\"/>\n"
                + "  <QubesAppVm name=\"vault\" qid=\"4\" template_qid=\"1\" memory=\"6OO\"/>\n</QubesVmCollection>\n");

        List<Mending> plan = plan(store, remembered());

        assertThat(plan).extracting(Mending::about).containsExactly("dom0", "dom0", "work", "vault");
        StoreSnapshot mended = mended(store, plan);
        assertThat(mended.problems()).isEmpty();
        assertThat(new String(mended.bytes(), StandardCharsets.UTF_8))
                .isEqualTo(HEAD
                        + "  <QubesAppVm name=\"work\" qid=\"3\" template_qid=\"1\" memory=\"600\"/>\n"
                        + "  <QubesAppVm name=\"vault\" qid=\"4\" template_qid=\"1\" memory=\"400\"/>\n"
                        + "</QubesVmCollection>\n");
    }

    @Test
    void aSecondDom0ThatSaysMoreStays() {
        for (String more : List.of("memory=\"500\"", "vcpus=\"2\"", "foreign=\"x\"", "memory=\"5OO\"")) {
            StoreSnapshot store = store(with("  <QubesAdminVm name=\"dom0\" qid=\"0\" " + more + "/>\n"));

            assertThat(plan(store, Memory.NONE))
                    .as(more)
                    .noneMatch(mending -> mending.code().equals("duplicate-qid"));
            assertThat(store.problems())
                    .anyMatch(problem -> problem.text()
                            .equals("there is more than one dom0; the first one counts, and this one differs in "
                                    + more.substring(0, more.indexOf('='))));
        }
    }

    private Memory remembered() {
        return new Memory("the store before change 7", store(GOOD).vms());
    }

    @Test
    void aValueThatCannotBeReadBecomesTheOneOfTheGeneration() {
        StoreSnapshot store = store(GOOD.replace("\"600\"", "\"6OO\""));

        List<Mending> plan = plan(store, remembered());

        assertThat(plan).singleElement().satisfies(mending -> {
            assertThat(mending.code()).isEqualTo("bad-number");
            assertThat(mending.about()).isEqualTo("work");
            assertThat(mending.text()).isEqualTo("set memory to '600', as the store before change 7 has it");
        });
        assertThat(mended(store, plan).vms().require("work").get(Attributes.MEMORY))
                .isEqualTo(600L);
    }

    private static String loop(String netvmOfFirewall) {
        return with(
                "<QubesProxyVm name=\"sys-fw\" qid=\"3\" netid=\"2\" template_qid=\"1\" netvm_qid=\"" + netvmOfFirewall
                        + "\"/>\n  <QubesProxyVm name=\"vpn\" qid=\"4\" netid=\"3\" template_qid=\"1\" netvm_qid=\"3\"/>\n");
    }

    @Test
    void aLoopOfNetvmsIsOpenedWhereItWasClosed() {
        StoreSnapshot store = store(loop("4"));

        List<Mending> plan = plan(
                store, new Memory("the store before change 7", store(loop("2")).vms()));

        assertThat(plan).singleElement().satisfies(mending -> {
            assertThat(mending.code()).isEqualTo("netvm-loop");
            assertThat(mending.about()).isEqualTo("sys-fw");
            assertThat(mending.text())
                    .isEqualTo("set netvm_qid to 'none', it closes a loop that is not in the store before change 7");
        });
        assertThat(mended(store, plan).problems()).isEmpty();
    }

    @Test
    void nobodyGuessesWhereALoopIsToBeOpened() {
        StoreSnapshot store = store(loop("4"));

        assertThat(plan(store, Memory.NONE)).isEmpty();
        assertThat(plan(store, new Memory("the store before change 7", store.vms())))
                .isEmpty();
    }

    @Test
    void withoutOneItBecomesWhatCountsInstead() {
        StoreSnapshot store = store(GOOD.replace("\"600\"", "\"6OO\""));

        List<Mending> plan = plan(store, Memory.NONE);

        assertThat(plan)
                .singleElement()
                .satisfies(mending -> assertThat(mending.text()).isEqualTo("set memory to '400', what counts instead"));
    }

    @Test
    void whatDecidesAboutTheNetworkIsNeverTakenFromTheGeneration() {
        String good = with("<QubesAppVm name=\"work\" qid=\"3\" template_qid=\"1\" uses_default_netvm=\"True\""
                + " netvm_qid=\"none\"/>");
        StoreSnapshot store = store(good.replace("\"True\"", "\"yes\""));

        List<Mending> plan =
                plan(store, new Memory("the store before change 7", store(good).vms()));

        assertThat(mended(store, plan).vms().require("work").attributes().get("uses_default_netvm"))
                .isEqualTo("False");
    }

    @Test
    void aQidThatCannotBeReadBecomesTheOldOneSoThatReferencesHoldAgain() {
        StoreSnapshot store = store(GOOD.replace("qid=\"2\" netid", "qid=\"2x\" netid"));

        StoreSnapshot mended = mended(store, plan(store, remembered()));

        assertThat(mended.problems()).isEmpty();
        assertThat(mended.vms().require("sys-net").qid()).isEqualTo(2);
        assertThat(mended.vms().globals().defaultNetvm().name()).isEqualTo("sys-net");
    }

    @Test
    void withoutAGenerationItBecomesTheOneThatIsMissed() {
        StoreSnapshot store = store(GOOD.replace("qid=\"2\" netid", "qid=\"2x\" netid"));

        StoreSnapshot mended = mended(store, plan(store, Memory.NONE));

        assertThat(mended.vms().require("sys-net").qid()).isEqualTo(2);
        assertThat(mended.problems()).isEmpty();
    }

    @Test
    void ofAVmThatNobodyMissesItBecomesOneThatNothingRefersTo() {
        StoreSnapshot store =
                store(GOOD.replace("qid=\"3\"", "qid=\"3x\"").replace("clockvm=\"2\"", "clockvm=\"none\""));

        StoreSnapshot mended = mended(store, plan(store, Memory.NONE));

        assertThat(mended.vms().require("work").qid()).isEqualTo(3);
        assertThat(mended.problems()).isEmpty();
    }

    @Test
    void ofTwoVmsWithOneQidTheOneThatAllReferencesMeanKeepsIt() {
        StoreSnapshot store = store(GOOD.replace("qid=\"3\"", "qid=\"2\""));

        StoreSnapshot mended = mended(store, plan(store, Memory.NONE));

        assertThat(mended.problems()).isEmpty();
        assertThat(mended.vms().require("sys-net").qid()).isEqualTo(2);
        assertThat(mended.vms().require("work").qid()).isEqualTo(3);
    }

    @Test
    void ofTwoVmsWithOneQidTheOneThatHadItKeepsItAndTheOtherGetsItsOwnBack() {
        String two = GOOD.replace(
                "</QubesVmCollection>",
                "  <QubesAppVm name=\"mail\" qid=\"4\" template_qid=\"1\"/>\n</QubesVmCollection>");
        StoreSnapshot store = store(two.replace("name=\"work\" qid=\"3\"", "name=\"work\" qid=\"4\""));

        StoreSnapshot mended = mended(
                store,
                plan(store, new Memory("the store before change 7", store(two).vms())));

        assertThat(mended.problems()).isEmpty();
        assertThat(mended.vms().require("work").qid()).isEqualTo(3);
        assertThat(mended.vms().require("mail").qid()).isEqualTo(4);
    }

    @Test
    void whenReferencesCouldMeanEitherNothingIsProposed() {
        StoreSnapshot store = store(with("<QubesProxyVm name=\"fw\" qid=\"2\" netid=\"2\" template_qid=\"1\"/>"));

        assertThat(plan(store, Memory.NONE)).isEmpty();
    }

    @Test
    void aNameComesBackIfItsDirectoryIsThere() throws Exception {
        StoreSnapshot store = store(GOOD.replace("\"work\"", "\"../work\""));
        assertThat(plan(store, remembered())).isEmpty();
        Files.createDirectories(root.resolve("var/lib/qubes/appvms/work"));

        StoreSnapshot mended = mended(store, plan(store, remembered()));

        assertThat(mended.problems()).isEmpty();
        assertThat(mended.vms().require("work").qid()).isEqualTo(3);
    }

    @Test
    void aLoopOfOneIsBrokenAndALongerOneIsLeftToTheUser() {
        StoreSnapshot self = store(with("<QubesProxyVm name=\"fw\" qid=\"3\" netid=\"2\" netvm_qid=\"3\"/>"));
        StoreSnapshot two = store(with("<QubesProxyVm name=\"a\" qid=\"3\" netid=\"2\" netvm_qid=\"4\"/>"
                + "<QubesProxyVm name=\"b\" qid=\"4\" netid=\"3\" netvm_qid=\"3\"/>"));

        assertThat(mended(self, plan(self, Memory.NONE)).problems()).isEmpty();
        assertThat(plan(two, Memory.NONE)).isEmpty();
    }

    @Test
    void anUnknownPoolBecomesTheDefaultOneOnlyIfTheVmIsThere() throws Exception {
        StoreSnapshot store = store(GOOD.replace("memory=\"600\"", "pool_name=\"gone\""));
        assertThat(plan(store, Memory.NONE)).isEmpty();
        Files.createDirectories(root.resolve("var/lib/qubes/appvms/work"));

        assertThat(mended(store, plan(store, Memory.NONE)).problems()).isEmpty();
    }

    @Test
    void everyBrokenFileIsMendedOrLeftAndNeverWorse() throws Exception {
        Path fixtures = Files.createDirectory(root.resolve("fixtures"));
        Fixtures.extract("qubes-xml/broken", fixtures);
        List<Path> files;
        try (var all = Files.list(fixtures)) {
            files = all.filter(file -> file.toString().endsWith(".xml"))
                    .sorted()
                    .toList();
        }
        TreeSet<String> mended = new TreeSet<>();
        List<String> left = new ArrayList<>();
        for (Path file : files) {
            StoreSnapshot store;
            try {
                store = StoreSnapshot.parse("qubes.xml", Files.readAllBytes(file), new StorageConf(root));
            } catch (QubesException e) {
                continue;
            }
            List<Mending> plan = plan(store, Memory.NONE);
            StoreSnapshot after = mended(store, plan);
            assertThat(after.problems())
                    .as(file.toString())
                    .hasSizeLessThanOrEqualTo(store.problems().size());
            assertThat(plan(after, Memory.NONE))
                    .as("a second plan for %s", file)
                    .isEmpty();
            String name = String.valueOf(file.getFileName()).replace(".xml", "");
            if (!after.problems().isEmpty()) {
                left.add(name);
            } else if (!plan.isEmpty()) {
                mended.add(name);
            }
        }

        assertThat(mended).contains("memory-word", "label-unknown", "netvm-missing", "dup-netid", "dup-uuid");
        assertThat(left).containsExactlyElementsOf(LEFT);
    }
}
