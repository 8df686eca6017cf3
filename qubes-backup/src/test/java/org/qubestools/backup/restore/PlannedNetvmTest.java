package org.qubestools.backup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.qubestools.backup.restore.BackupWorld.EMPTY_HOST;
import static org.qubestools.backup.restore.BackupWorld.HOST;
import static org.qubestools.backup.restore.BackupWorld.in;
import static org.qubestools.backup.restore.BackupWorld.out;
import static org.qubestools.backup.restore.BackupWorld.plan;
import static org.qubestools.backup.restore.BackupWorld.restored;
import static org.qubestools.backup.restore.BackupWorld.vm;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlannedNetvmTest {
    private static final String TOR_AWAY = out("ProxyVm", "tor", 12, "netvm_qid='none'");
    private static final String TOR = in("ProxyVm", "tor", 12, "netvm_qid='none'");
    private static final String ANON = in("AppVm", "anon", 8, "netvm_qid='12' uses_default_netvm='False'");

    private static RestoreOptions.Builder options() {
        return RestoreOptions.builder();
    }

    @Test
    void aVmOnTheDefaultFollowsTheDefaultOfTheHost() {
        String app = in("AppVm", "mail", 9, "uses_default_netvm='True'");

        assertThat(vm(plan(HOST, app), "mail").netvm()).isEqualTo(NetvmChoice.byDefault("sys-firewall"));
        assertThat(vm(plan(EMPTY_HOST, app), "mail").netvm()).isEqualTo(NetvmChoice.byDefault(null));
    }

    @Test
    void aVmWithoutNetworkStaysWithout() {
        RestorePlan plan = plan(
                HOST,
                options().ignoreMissing(true),
                in("AppVm", "vault", 9, "netvm_qid='none' uses_default_netvm='False'"));

        assertThat(vm(plan, "vault").netvm()).isEqualTo(NetvmChoice.NONE);
    }

    @Test
    void aMissingNetvmIsMarked() {
        RestorePlan plan = plan(HOST, TOR_AWAY, ANON);

        assertThat(vm(plan, "anon").marks()).containsExactly(PlanMark.MISSING_NETVM);
        assertThat(plan.conflicts()).singleElement().asString().contains("'tor'", "--map-netvm");
    }

    @Test
    void aVmOfTheHostThatGivesNoNetworkIsNoNetvm() {
        RestorePlan plan = plan(
                HOST,
                out("ProxyVm", "work", 12, ""),
                in("AppVm", "anon", 8, "netvm_qid='12' uses_default_netvm='False'"));

        assertThat(vm(plan, "anon").has(PlanMark.MISSING_NETVM)).isTrue();
    }

    @Test
    void aMissingNetvmBecomesTheDefaultOnDemandAndIsNoted() {
        RestorePlan plan = plan(HOST, options().ignoreMissing(true), TOR_AWAY, ANON);

        assertThat(vm(plan, "anon").netvm()).isEqualTo(NetvmChoice.byDefault("sys-firewall"));
        assertThat(vm(plan, "anon").originalNetvm()).isEqualTo("tor");
        assertThat(plan.notes()).singleElement().asString().contains("'anon'", "'tor'", "'sys-firewall'");
    }

    @Test
    void withoutADefaultNetvmOnTheHostItBecomesTheDefaultAllTheSame() {
        RestorePlan plan = plan(EMPTY_HOST, options().ignoreMissing(true), TOR_AWAY, ANON);

        assertThat(vm(plan, "anon").netvm()).isEqualTo(NetvmChoice.byDefault(null));
        assertThat(vm(plan, "anon").goodToGo()).isTrue();
    }

    @Test
    void aProxyVmGetsTheDefaultOfProxyVmsByName() {
        RestorePlan plan = plan(
                HOST,
                options().ignoreMissing(true),
                in("ProxyVm", "tor", 12, "netvm_qid='13'"),
                out("NetVm", "net", 13, ""));

        assertThat(vm(plan, "tor").netvm()).isEqualTo(NetvmChoice.named("sys-net"));
    }

    @Test
    void aVmFollowsItsRenamedNetvm() {
        RestorePlan plan = plan(
                HOST,
                options().renameConflicting(true),
                in("NetVm", "sys-net", 2, ""),
                in("ProxyVm", "tor", 12, "netvm_qid='2'"));

        assertThat(vm(plan, "tor").netvm()).isEqualTo(NetvmChoice.named("sys-net1"));
    }

    @Test
    void aNetvmThatIsSkippedForItsNameIsTakenFromTheHost() {
        RestorePlan plan = plan(
                HOST,
                options().skipConflicting(true),
                in("NetVm", "sys-net", 2, ""),
                in("ProxyVm", "tor", 12, "netvm_qid='2'"));

        assertThat(vm(plan, "tor").netvm()).isEqualTo(NetvmChoice.named("sys-net"));
        assertThat(restored(plan)).containsExactly("tor");
    }

    @Test
    void aNetvmIsReplacedByWhatTheUserNames() {
        assertThat(vm(plan(HOST, options().mapNetvm("tor:sys-firewall"), TOR_AWAY, ANON), "anon")
                        .netvm())
                .isEqualTo(NetvmChoice.named("sys-firewall"));
        assertThat(vm(plan(HOST, options().mapNetvm("tor:none"), TOR_AWAY, ANON), "anon")
                        .netvm())
                .isEqualTo(NetvmChoice.NONE);
        assertThat(vm(plan(HOST, options().mapNetvm("tor:default"), TOR_AWAY, ANON), "anon")
                        .netvm())
                .isEqualTo(NetvmChoice.byDefault("sys-firewall"));
    }

    @Test
    void aNetvmForDisposablesIsLookedForLikewise() {
        String mail =
                in("AppVm", "mail", 9, "uses_default_netvm='True' uses_default_dispvm_netvm='False' dispvm_netvm='12'");

        assertThat(vm(plan(HOST, TOR, mail), "mail").dispvmNetvm()).isEqualTo(NetvmChoice.named("tor"));
        assertThat(vm(plan(HOST, TOR_AWAY, mail), "mail").marks()).containsExactly(PlanMark.MISSING_DISPVM_NETVM);
        assertThat(vm(plan(HOST, options().ignoreMissing(true), TOR_AWAY, mail), "mail")
                        .dispvmNetvm())
                .isEqualTo(NetvmChoice.byDefault(null));
    }

    @Test
    void disposablesOfAVmCanStayWithoutNetwork() {
        String mail = in("AppVm", "mail", 9, "uses_default_dispvm_netvm='False' dispvm_netvm='none'");

        assertThat(vm(plan(HOST, mail), "mail").dispvmNetvm()).isEqualTo(NetvmChoice.NONE);
    }

    @Test
    void netvmsInALoopAreMissingToEachOther() {
        String one = in("ProxyVm", "one", 11, "netvm_qid='12'");
        String two = in("ProxyVm", "two", 12, "netvm_qid='11'");

        assertThat(plan(HOST, options().skipBroken(true), one, two).toRestore()).isEmpty();
        assertThat(restored(plan(HOST, options().ignoreMissing(true), one, two)))
                .containsExactly("one", "two");
    }

    @Test
    void aReplacementThatClosesALoopIsNotUsed() {
        RestorePlan plan = plan(
                HOST,
                options().mapNetvm("net:tor"),
                in("ProxyVm", "tor", 12, "netvm_qid='13'"),
                out("NetVm", "net", 13, ""));

        assertThat(vm(plan, "tor").has(PlanMark.MISSING_NETVM)).isTrue();
    }

    @Test
    void aDanglingReferenceIsMissingUnderItsNumber() {
        RestorePlan plan = plan(HOST, in("AppVm", "anon", 8, "netvm_qid='77' uses_default_netvm='False'"));

        assertThat(plan.conflicts()).singleElement().asString().contains("'?77'");
        assertThat(vm(plan, "anon").netvm().name()).isEqualTo("?77");
    }

    @Test
    void allThatIsMissingIsToldAtOnce() {
        RestorePlan plan = plan(
                HOST,
                options().excludes(List.of("tor")),
                TOR,
                out("TemplateVm", "debian", 7, ""),
                in("AppVm", "anon", 8, "template_qid='7' netvm_qid='12' uses_default_netvm='False'"));

        assertThat(plan.conflicts()).hasSize(2);
    }
}
