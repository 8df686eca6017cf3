package org.qubestools.backup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qubestools.backup.restore.BackupWorld.EMPTY_HOST;
import static org.qubestools.backup.restore.BackupWorld.HOST;
import static org.qubestools.backup.restore.BackupWorld.in;
import static org.qubestools.backup.restore.BackupWorld.out;
import static org.qubestools.backup.restore.BackupWorld.plan;
import static org.qubestools.backup.restore.BackupWorld.vm;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Label;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;

class RestoredVmTest {
    private static final String RICH =
            "template_qid='none' label='green' memory='700' maxmem='2100' vcpus='3' mac='00:16:3E:00:00:01'"
                    + " services=\"{'cups': False, 'meminfo-writer': False, 'a b': True}\" pcidevs=\"['00:19.0']\""
                    + " include_in_backups='False' default_user='joanna' qrexec_timeout='120' kernel='3.18'"
                    + " uses_default_kernel='False' kernelopts='quiet' uses_default_kernelopts='False'"
                    + " uses_default_netvm='False' netvm_qid='none' autostart='True' debug='True' internal='True'"
                    + " installed_by_rpm='True' uuid='8c6bcd46-3dff-5c66-ae19-719eb7281553' dir_path='/etc'"
                    + " firewall_conf='/etc/passwd' conf_file='../x' backup_timestamp='77'";

    private static RestoredVm restored(VmCollection host, PlannedVm planned) {
        return RestoredVm.of(planned, host, RestoreOptions.all(), kernel -> kernel.equals("3.18"));
    }

    private static QubesVm stored(VmCollection host, RestoredVm restored) {
        return host.adding(restored.vm().vmClass(), restored.vm().attributes()).newest();
    }

    private static QubesVm stored(PlannedVm planned) {
        return stored(HOST, restored(HOST, planned));
    }

    private static PlannedVm rich(RestoreOptions.Builder options) {
        return vm(plan(HOST, options, in("AppVm", "rich", 9, RICH)), "rich");
    }

    private static PlannedVm rich() {
        return rich(RestoreOptions.builder());
    }

    @Test
    void thePropertiesOfAVmAreTakenOver() {
        QubesVm vm = stored(rich());

        assertThat(vm.get(Attributes.LABEL)).isEqualTo(Label.GREEN);
        assertThat(vm.get(Attributes.MEMORY)).isEqualTo(700);
        assertThat(vm.get(Attributes.MAXMEM)).isEqualTo(2100);
        assertThat(vm.get(Attributes.VCPUS)).isEqualTo(3);
        assertThat(vm.get(Attributes.MAC)).isEqualTo("00:16:3E:00:00:01");
        assertThat(vm.get(Attributes.PCIDEVS)).hasSize(1);
        assertThat(vm.is(Attributes.INCLUDE_IN_BACKUPS)).isFalse();
        assertThat(vm.get(Attributes.DEFAULT_USER)).isEqualTo("joanna");
        assertThat(vm.get(Attributes.QREXEC_TIMEOUT)).isEqualTo(120);
        assertThat(vm.get(Attributes.KERNEL)).isEqualTo("3.18");
        assertThat(vm.is(Attributes.USES_DEFAULT_KERNEL)).isFalse();
        assertThat(vm.get(Attributes.KERNELOPTS)).isEqualTo("quiet");
        assertThat(vm.is(Attributes.USES_DEFAULT_KERNELOPTS)).isFalse();
        assertThat(vm.is(Attributes.USES_DEFAULT_NETVM)).isFalse();
        assertThat(vm.get(Attributes.NETVM)).isEqualTo("none");
    }

    @Test
    void whatBelongsToTheOldSystemIsNotTakenOver() {
        QubesVm vm = stored(rich());

        assertThat(vm.qid()).isEqualTo(5);
        assertThat(vm.get(Attributes.UUID)).isNotEqualTo("8c6bcd46-3dff-5c66-ae19-719eb7281553");
        assertThat(vm.has(Attributes.DIR_PATH)).isFalse();
        assertThat(vm.has(Attributes.CONF_FILE)).isFalse();
        assertThat(vm.get(Attributes.FIREWALL_CONF)).isEqualTo("firewall.xml");
        assertThat(vm.is(Attributes.AUTOSTART)).isFalse();
        assertThat(vm.is(Attributes.DEBUG)).isFalse();
        assertThat(vm.is(Attributes.INTERNAL)).isFalse();
        assertThat(vm.is(Attributes.INSTALLED_BY_RPM)).isFalse();
        assertThat(vm.is(Attributes.BACKUP_CONTENT)).isFalse();
        assertThat(vm.get(Attributes.BACKUP_TIMESTAMP)).isNull();
    }

    @Test
    void aServiceOfABadNameIsLeftOutWithAWarning() {
        RestoredVm restored = restored(HOST, rich());

        assertThat(stored(HOST, restored).get(Attributes.SERVICES))
                .isEqualTo(Map.of("cups", false, "meminfo-writer", false));
        assertThat(restored.warnings()).singleElement().asString().contains("'a b'");
    }

    @Test
    void aKernelThatIsNotInstalledGivesWayToTheDefault() {
        RestoredVm restored = RestoredVm.of(rich(), HOST, RestoreOptions.all(), kernel -> false);

        assertThat(stored(HOST, restored).is(Attributes.USES_DEFAULT_KERNEL)).isTrue();
        assertThat(restored.warnings()).anyMatch(text -> text.contains("'3.18' is not installed"));
    }

    @Test
    void aKernelOfItsOwnStaysAndAnUnusableOneDoesNot() {
        String own = "uses_default_kernel='False' uses_default_netvm='True' kernel=";
        PlannedVm none = vm(plan(HOST, in("AppVm", "x", 9, own + "'None'")), "x");
        PlannedVm bad = vm(plan(HOST, in("AppVm", "x", 9, own + "'../../etc'")), "x");

        assertThat(stored(none).is(Attributes.USES_DEFAULT_KERNEL)).isFalse();
        assertThat(stored(none).get(Attributes.KERNEL)).isNull();
        assertThat(stored(bad).is(Attributes.USES_DEFAULT_KERNEL)).isTrue();
    }

    @Test
    void paranoidModeTakesOverOnlyWhatCannotHarm() {
        String attributes = "uses_default_netvm='True' pcidevs=\"['00:19.0']\" default_user='root'"
                + " kernelopts='a&lt;b' uses_default_kernelopts='False' services=\"{'x1': True, 'cups': True}\"";
        PlannedVm planned = vm(plan(HOST, in("AppVm", "x", 9, attributes)), "x");
        RestoreOptions paranoid = RestoreOptions.builder().paranoid(true).build();

        RestoredVm restored = RestoredVm.of(planned, HOST, paranoid, kernel -> true);
        QubesVm vm = stored(HOST, restored);

        assertThat(vm.get(Attributes.PCIDEVS)).isEmpty();
        assertThat(vm.get(Attributes.DEFAULT_USER)).isEqualTo("user");
        assertThat(vm.is(Attributes.USES_DEFAULT_KERNELOPTS)).isTrue();
        assertThat(vm.get(Attributes.SERVICES)).containsKey("cups").doesNotContainKey("x1");
        assertThat(restored.warnings()).hasSize(4);
    }

    @Test
    void anHvmKeepsItsClockAndAgents() {
        PlannedVm planned = vm(
                plan(
                        HOST,
                        in(
                                "HVm",
                                "win",
                                9,
                                "timezone='-3600' qrexec_installed='True' guiagent_installed='True'"
                                        + " drive='cdrom:dom0:/x.iso' uses_default_netvm='True' kernel='3.18'")),
                "win");
        QubesVm vm = stored(planned);

        assertThat(vm.vmClass()).isEqualTo(VmClass.HVM);
        assertThat(vm.get(Attributes.TIMEZONE)).isEqualTo("-3600");
        assertThat(vm.is(Attributes.QREXEC_INSTALLED)).isTrue();
        assertThat(vm.is(Attributes.GUIAGENT_INSTALLED)).isTrue();
        assertThat(vm.get(Attributes.DRIVE)).isNull();
        assertThat(vm.attributes().has("kernel")).isFalse();
    }

    @Test
    void anHvmThatNeverToldOfItsAgentKeepsMeminfoWriterOff() {
        PlannedVm planned = vm(plan(HOST, in("HVm", "win", 9, "services=\"{'meminfo-writer': True}\"")), "win");

        assertThat(stored(planned).get(Attributes.SERVICES)).containsEntry("meminfo-writer", false);
    }

    @Test
    void theTemplateIsLookedUpWhenTheVmIsStored() {
        String debian = in("TemplateVm", "debian", 7, "");
        PlannedVm mail = vm(plan(EMPTY_HOST, debian, in("AppVm", "mail", 9, "template_qid='7'")), "mail");
        RestoredVm template = restored(EMPTY_HOST, vm(plan(EMPTY_HOST, debian), "debian"));
        VmCollection after = EMPTY_HOST.adding(VmClass.TEMPLATE, template.vm().attributes());

        assertThat(after.template(stored(after, restored(after, mail))).vm()).isEqualTo(after.byName("debian"));
        assertThatThrownBy(() -> restored(EMPTY_HOST, mail))
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FAILED))
                .hasMessageContaining("'debian'");
    }

    @Test
    void aTemplateOfTheHostStandsInForARenamedOneThatFailed() {
        PlannedVm mail = vm(
                plan(
                        HOST,
                        RestoreOptions.builder().renameConflicting(true),
                        in("TemplateVm", "fedora", 7, ""),
                        in("AppVm", "mail", 9, "template_qid='7'")),
                "mail");

        RestoredVm restored = restored(HOST, mail);

        assertThat(HOST.template(stored(HOST, restored)).vm()).isEqualTo(HOST.byName("fedora"));
        assertThat(restored.warnings()).singleElement().asString().contains("'fedora1' was not restored");
    }

    @Test
    void aNameThatWasTakenInTheMeantimeIsRefused() {
        PlannedVm work = vm(plan(EMPTY_HOST, in("AppVm", "work", 9, "")), "work");

        assertThatThrownBy(() -> restored(HOST, work))
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.IN_USE));
    }

    @Test
    void aProxyVmGetsANetworkOfItsOwn() {
        PlannedVm vpn = vm(plan(HOST, out("NetVm", "sys-net", 2, ""), in("ProxyVm", "vpn", 9, "netvm_qid='2'")), "vpn");
        QubesVm vm = stored(vpn);

        assertThat(vm.get(Attributes.NETID)).isEqualTo(3);
        assertThat(vm.get(Attributes.NETVM)).isEqualTo("2");
        assertThat(vm.attributes().has("uses_default_netvm")).isFalse();
    }

    @Test
    void aVmHasNoNetworkUntilItsNetvmIsThere() {
        PlannedVm anon = vm(
                plan(
                        HOST,
                        in("ProxyVm", "tor", 12, "netvm_qid='none'"),
                        in(
                                "AppVm",
                                "anon",
                                9,
                                "netvm_qid='12' uses_default_netvm='False'"
                                        + " dispvm_netvm='12' uses_default_dispvm_netvm='False'")),
                "anon");
        QubesVm before = stored(anon);
        VmCollection both = HOST.adding(before.vmClass(), before.attributes());
        QubesVm stored = both.newest();
        PlannedVm tor = vm(plan(HOST, in("ProxyVm", "tor", 12, "netvm_qid='none'")), "tor");
        VmCollection all = both.adding(VmClass.PROXY, restored(both, tor).vm().attributes());

        RestoredVm.Connected missing = RestoredVm.connect(anon, stored, both);
        RestoredVm.Connected connected = RestoredVm.connect(anon, stored, all);

        assertThat(HOST.netvm(before).isNone()).isTrue();
        assertThat(missing.warnings()).hasSize(2);
        assertThat(both.netvm(missing.vm()).isNone()).isTrue();
        assertThat(connected.warnings()).isEmpty();
        assertThat(all.netvm(connected.vm()).shown("none")).isEqualTo("tor");
        assertThat(all.dispvmNetvm(connected.vm()).shown("none")).isEqualTo("tor");
    }

    @Test
    void aVmOnTheDefaultStaysOnIt() {
        QubesVm vm = stored(vm(plan(HOST, in("AppVm", "mail", 9, "uses_default_netvm='True'")), "mail"));

        assertThat(vm.is(Attributes.USES_DEFAULT_NETVM)).isTrue();
        assertThat(HOST.netvm(vm).shown("none")).isEqualTo("sys-firewall");
        assertThat(vm.is(Attributes.USES_DEFAULT_DISPVM_NETVM)).isTrue();
    }
}
