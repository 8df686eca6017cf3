package org.qubestools.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class VmFactsTest {
    private static final List<PciAddress> A_DEVICE = List.of(new PciAddress("00:19.0"));

    private final List<QubesVm> stored = new ArrayList<>();
    private Optional<HostInfo> host = Optional.of(new HostInfo(16000, 4));
    private AttributeMap globals = AttributeMap.EMPTY;

    private NewVm made(VmClass vmClass, int qid) {
        return new NewVm(vmClass, "vm" + qid, qid, 0, Pools.DEFAULT);
    }

    private NewVm based(VmClass vmClass, int qid, int template) {
        return new NewVm(vmClass, "vm" + qid, qid, template, Pools.DEFAULT);
    }

    private QubesVm add(NewVm made) {
        QubesVm vm = QubesVm.stored(stored.size(), made.vmClass(), made.attributes());
        stored.add(vm);
        return vm;
    }

    private VmFacts facts(QubesVm vm) {
        return new VmFacts(VmCollection.of(globals, stored), vm, () -> host);
    }

    private VmFacts factsOf(NewVm made) {
        return facts(add(made));
    }

    @Test
    void maxmemIsStoredOrHalfOfTheHostAndTenTimesTheMemoryAtMost() {
        assertThat(factsOf(made(VmClass.APP, 1)).maxmem()).as("10 * 400").isEqualTo(4000);
        assertThat(factsOf(made(VmClass.APP, 2).set(Attributes.MEMORY, 1000L)).maxmem())
                .isEqualTo(8000);
        assertThat(factsOf(made(VmClass.APP, 3).set(Attributes.MAXMEM, 3999L)).maxmem())
                .isEqualTo(3999);
        assertThat(factsOf(made(VmClass.APP, 4).set(Attributes.MAXMEM, 4001L)).maxmem())
                .isEqualTo(4000);
        assertThat(factsOf(made(VmClass.HVM, 5).set(Attributes.MEMORY, 700L)).maxmem())
                .isEqualTo(700);
        QubesVm huge = add(
                made(VmClass.APP, 6).set(Attributes.MEMORY, Long.MAX_VALUE / 10).set(Attributes.MAXMEM, 5L));
        assertThat(facts(huge).maxmem()).isEqualTo(5);
        host = Optional.empty();
        assertThat(facts(stored.get(0)).maxmem()).as("of an unknown host").isNull();
        assertThat(facts(stored.get(2)).maxmem()).isEqualTo(3999);
        assertThat(facts(VmCollection.of(globals, stored).dom0()).maxmem()).isZero();
    }

    @Test
    void theOptionsOfTheKernelAreOwnOnesOrThoseOfTheTemplateOrForPciDevices() {
        add(made(VmClass.TEMPLATE, 1)
                .set(Attributes.USES_DEFAULT_KERNELOPTS, false)
                .set(Attributes.KERNELOPTS, "of the template"));

        assertThat(factsOf(based(VmClass.APP, 2, 1)).kernelopts()).isEqualTo("of the template");
        assertThat(factsOf(made(VmClass.APP, 3)).kernelopts()).isEqualTo("nopat");
        assertThat(factsOf(based(VmClass.APP, 4, 1).set(Attributes.PCIDEVS, A_DEVICE))
                        .kernelopts())
                .isEqualTo("nopat iommu=soft swiotlb=8192");
        assertThat(factsOf(based(VmClass.APP, 5, 1)
                                .set(Attributes.USES_DEFAULT_KERNELOPTS, false)
                                .set(Attributes.KERNELOPTS, "own"))
                        .kernelopts())
                .isEqualTo("own");
    }

    @Test
    void theKernelIsTheOwnOneOrTheDefault() {
        globals = AttributeMap.of(new String[] {"default_kernel"}, new String[] {"4.4"}, 1);

        assertThat(factsOf(made(VmClass.APP, 1)).kernel()).isEqualTo("4.4");
        assertThat(factsOf(made(VmClass.APP, 2)
                                .set(Attributes.USES_DEFAULT_KERNEL, false)
                                .set(Attributes.KERNEL, "3.18"))
                        .kernel())
                .isEqualTo("3.18");
    }

    @Test
    void onlyAnHvmHasTheMacAddressOfItsTemplate() {
        add(made(VmClass.TEMPLATE_HVM, 1).set(Attributes.MAC, "00:11:22:33:44:55"));
        add(made(VmClass.TEMPLATE, 2).set(Attributes.MAC, "00:11:22:33:44:66"));

        assertThat(factsOf(based(VmClass.HVM, 3, 1)).mac()).isEqualTo("00:11:22:33:44:55");
        assertThat(factsOf(based(VmClass.APP, 4, 2)).mac()).isEqualTo("00:16:3E:5E:6C:04");
        assertThat(factsOf(based(VmClass.HVM, 5, 1).set(Attributes.MAC, "00:11:22:33:44:77"))
                        .mac())
                .isEqualTo("00:11:22:33:44:77");
        assertThat(factsOf(made(VmClass.APP, 254)).mac())
                .as("without a usable qid")
                .endsWith(":00");
    }

    @Test
    void twoServicesHaveDefaultsOrForcedValues() {
        globals = AttributeMap.of(new String[] {"clockvm"}, new String[] {"1"}, 1);
        Map<String, Boolean> wanted = Map.of("meminfo-writer", true, "ntpd", true, "cups", true);
        QubesVm clock = add(made(VmClass.NET, 1).set(Attributes.SERVICES, wanted));
        QubesVm other = add(made(VmClass.NET, 2).set(Attributes.SERVICES, wanted));
        QubesVm none = add(made(VmClass.APP, 3).set(Attributes.SERVICES, Map.of()));
        QubesVm off = add(made(VmClass.APP, 4).set(Attributes.SERVICES, Map.of("meminfo-writer", false)));
        QubesVm pci = add(made(VmClass.NET, 5).set(Attributes.PCIDEVS, A_DEVICE));

        assertThat(facts(clock).services()).isEqualTo(Map.of("meminfo-writer", true, "ntpd", false, "cups", true));
        assertThat(facts(other).services()).isEqualTo(wanted);
        assertThat(facts(none).services()).isEqualTo(Map.of("meminfo-writer", true));
        assertThat(facts(off).services()).isEqualTo(Map.of("meminfo-writer", false));
        assertThat(facts(pci).services()).isEqualTo(Map.of("meminfo-writer", false));
    }

    @Test
    void anHvmThatNeverToldOfAGuiAgentHasNoMeminfoWriter() {
        QubesVm told = add(made(VmClass.HVM, 1));
        QubesVm silent = told.without(Attributes.GUIAGENT_INSTALLED);
        QubesVm app = add(made(VmClass.APP, 2));

        assertThat(facts(told).isMeminfoWriterForcedOff()).isFalse();
        assertThat(facts(silent).isMeminfoWriterForcedOff()).isTrue();
        assertThat(facts(app).isMeminfoWriterForcedOff()).isFalse();
    }

    @Test
    void theUserIsThatOfTheTemplate() {
        add(made(VmClass.TEMPLATE, 1).set(Attributes.DEFAULT_USER, "anna"));

        assertThat(factsOf(based(VmClass.APP, 2, 1).set(Attributes.DEFAULT_USER, "bob"))
                        .defaultUser())
                .isEqualTo("anna");
        assertThat(factsOf(made(VmClass.APP, 3).set(Attributes.DEFAULT_USER, "bob"))
                        .defaultUser())
                .isEqualTo("bob");
    }

    @Test
    void agentsOfTheTemplateCountAndSeamlessModeNeedsOne() {
        add(made(VmClass.TEMPLATE_HVM, 1).set(Attributes.GUIAGENT_INSTALLED, true));
        VmFacts plain = factsOf(based(VmClass.HVM, 2, 1));
        VmFacts seamless = factsOf(based(VmClass.HVM, 3, 1).set(Attributes.SEAMLESS_GUI_MODE, true));
        VmFacts without = factsOf(made(VmClass.HVM, 4).set(Attributes.SEAMLESS_GUI_MODE, true));
        VmFacts own = factsOf(made(VmClass.HVM, 5).set(Attributes.QREXEC_INSTALLED, true));

        assertThat(plain.guiagentInstalled()).isTrue();
        assertThat(plain.qrexecInstalled()).isFalse();
        assertThat(plain.seamlessGuiMode()).isFalse();
        assertThat(seamless.seamlessGuiMode()).isTrue();
        assertThat(without.seamlessGuiMode()).isFalse();
        assertThat(own.qrexecInstalled()).isTrue();
    }

    @Test
    void whatHasNoTemplateCanBeUpdated() {
        assertThat(factsOf(made(VmClass.TEMPLATE, 1)).updateable()).isTrue();
        assertThat(factsOf(made(VmClass.APP, 2)).updateable()).isTrue();
        assertThat(factsOf(based(VmClass.APP, 3, 1)).updateable()).isFalse();
    }

    @Test
    void aVmHasANetworkIfItGivesOneOrHasANetvm() {
        QubesVm net = add(made(VmClass.NET, 1));
        QubesVm alone = add(made(VmClass.APP, 2));
        QubesVm behind = add(
                made(VmClass.APP, 3).set(Attributes.USES_DEFAULT_NETVM, false).set(Attributes.NETVM, "1"));

        assertThat(facts(net).networked()).isTrue();
        assertThat(facts(alone).networked()).isFalse();
        assertThat(facts(behind).networked()).isTrue();
    }

    @Test
    void theTimeOfABackupIsNoneForZero() {
        assertThat(factsOf(made(VmClass.APP, 1)).backupTimestamp()).isNull();
        assertThat(factsOf(made(VmClass.APP, 2).set(Attributes.BACKUP_TIMESTAMP, 0L))
                        .backupTimestamp())
                .isNull();
        assertThat(factsOf(made(VmClass.APP, 3).set(Attributes.BACKUP_TIMESTAMP, 1400000000L))
                        .backupTimestamp())
                .isEqualTo(1400000000L);
    }

    @Test
    void noDisposableGoesIntoABackup() {
        assertThat(factsOf(made(VmClass.APP, 1).set(Attributes.INCLUDE_IN_BACKUPS, true))
                        .includeInBackups())
                .isTrue();
        assertThat(factsOf(made(VmClass.DISPOSABLE, 2).set(Attributes.INCLUDE_IN_BACKUPS, true))
                        .includeInBackups())
                .isFalse();
    }
}
