package org.qubestools.backup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.qubestools.backup.restore.BackupWorld.EMPTY_HOST;
import static org.qubestools.backup.restore.BackupWorld.HOST;
import static org.qubestools.backup.restore.BackupWorld.home;
import static org.qubestools.backup.restore.BackupWorld.in;
import static org.qubestools.backup.restore.BackupWorld.out;
import static org.qubestools.backup.restore.BackupWorld.plan;
import static org.qubestools.backup.restore.BackupWorld.restored;
import static org.qubestools.backup.restore.BackupWorld.vm;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.qubestools.backup.TestStores;
import org.qubestools.backup.format.BackupContents;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.core.model.VmCollection;
import org.qubestools.fixtures.Fixtures;

class RestorePlannerTest {
    private static final String FEDORA = in("TemplateVm", "fedora", 1, "uses_default_netvm='True'");
    private static final String DEBIAN = in("TemplateVm", "debian", 7, "uses_default_netvm='True'");
    private static final String MAIL = in("AppVm", "mail", 9, "template_qid='7' uses_default_netvm='True'");
    private static final String HOME = home("user");

    private static RestoreOptions.Builder options() {
        return RestoreOptions.builder();
    }

    @Test
    void everythingOfABackupGoesToAnEmptyHost() {
        VmCollection vms = TestStores.parse(Fixtures.bytes("qubes-xml/stores/r3.2-small.xml"));
        List<BackupItem> items = vms.inDocumentOrder().stream()
                .map(vm -> new BackupItem(vm, vm.qid() == 0 ? "dom0-home/user" : "vm" + vm.qid(), 0, List.of(), ""))
                .toList();

        RestorePlan plan =
                RestorePlanner.plan(EMPTY_HOST, "user", new BackupContents(vms, items), RestoreOptions.all());

        assertThat(plan.conflicts()).isEmpty();
        assertThat(restored(plan)).containsExactly("fedora-23", "sys-net", "sys-firewall", "work", "vault", "dom0");
    }

    @Test
    void anExcludedVmIsLeftOutAndConflictsWithNothing() {
        RestorePlan plan = plan(HOST, options().excludes(List.of("work")), in("AppVm", "work", 9, ""));

        assertThat(vm(plan, "work").marks()).containsExactly(PlanMark.EXCLUDED);
        assertThat(plan.conflicts()).isEmpty();
    }

    @Test
    void namesRestrictTheRestoreToThem() {
        RestorePlan plan = plan(HOST, options().names(List.of("mail", "debian")), DEBIAN, MAIL, FEDORA, HOME);

        assertThat(restored(plan)).containsExactly("debian", "mail");
        assertThat(vm(plan, "dom0").has(PlanMark.EXCLUDED)).isTrue();
        assertThat(plan.conflicts()).isEmpty();
    }

    @Test
    void aNamedVmThatTheBackupDoesNotHoldStopsTheRestore() {
        RestorePlan plan = plan(HOST, options().names(List.of("mial\u001b")), DEBIAN, MAIL);

        assertThat(plan.conflicts()).singleElement().asString().contains("'mial\\x1b'");
    }

    @Test
    void aVmOfTheSameNameOnTheHostIsAConflict() {
        RestorePlan plan = plan(HOST, in("AppVm", "work", 9, "template_qid='none'"));

        assertThat(vm(plan, "work").has(PlanMark.ALREADY_EXISTS)).isTrue();
        assertThat(plan.conflicts()).singleElement().asString().contains("--skip-conflicting", "--rename-conflicting");
        assertThat(plan.toRestore()).isEmpty();
    }

    @Test
    void aConflictIsSkippedOnDemand() {
        RestorePlan plan = plan(HOST, options().skipConflicting(true), in("AppVm", "work", 9, ""), DEBIAN, MAIL);

        assertThat(plan.conflicts()).isEmpty();
        assertThat(restored(plan)).containsExactly("debian", "mail");
    }

    @Test
    void theTemplateIsTakenFromTheHostOrFromTheBackup() {
        RestorePlan plan = plan(
                HOST, DEBIAN, MAIL, out("TemplateVm", "fedora", 1, ""), in("AppVm", "news", 10, "template_qid='1'"));

        assertThat(vm(plan, "mail").template()).isEqualTo("debian");
        assertThat(vm(plan, "news").template()).isEqualTo("fedora");
        assertThat(plan.conflicts()).isEmpty();
    }

    @Test
    void aTemplateThatIsItselfExcludedIsMissing() {
        RestorePlan plan = plan(HOST, options().excludes(List.of("debian")), DEBIAN, MAIL);

        assertThat(vm(plan, "mail").marks()).containsExactly(PlanMark.MISSING_TEMPLATE);
        assertThat(plan.conflicts()).singleElement().asString().contains("'debian'", "--skip-broken");
    }

    @Test
    void aChainOfMissingVmsIsFollowedToItsEnd() {
        String net = in("NetVm", "net", 11, "template_qid='7'");
        String proxy = in("ProxyVm", "tor", 12, "template_qid='none' netvm_qid='11'");
        String app = in("AppVm", "anon", 8, "template_qid='none' netvm_qid='12' uses_default_netvm='False'");

        RestorePlan plan = plan(HOST, options().skipBroken(true), app, proxy, net, out("TemplateVm", "debian", 7, ""));

        assertThat(plan.toRestore()).isEmpty();
        assertThat(vm(plan, "net").marks()).containsExactly(PlanMark.MISSING_TEMPLATE);
        assertThat(vm(plan, "tor").marks()).containsExactly(PlanMark.MISSING_NETVM);
        assertThat(vm(plan, "anon").marks()).containsExactly(PlanMark.MISSING_NETVM);
        assertThat(plan.conflicts()).isEmpty();
    }

    @Test
    void aMissingTemplateIsReplacedByTheDefaultOnDemand() {
        RestorePlan plan = plan(HOST, options().ignoreMissing(true), MAIL, out("TemplateVm", "debian", 7, ""));

        assertThat(vm(plan, "mail").template()).isEqualTo("fedora");
        assertThat(vm(plan, "mail").originalTemplate()).isEqualTo("debian");
        assertThat(vm(plan, "mail").goodToGo()).isTrue();
    }

    @Test
    void withoutADefaultTemplateOnTheHostTheTemplateIsMissing() {
        RestorePlan plan = plan(EMPTY_HOST, options().ignoreMissing(true), MAIL, out("TemplateVm", "debian", 7, ""));

        assertThat(vm(plan, "mail").marks()).containsExactly(PlanMark.MISSING_TEMPLATE);
        assertThat(plan.conflicts()).singleElement().asString().contains("no default");
    }

    @Test
    void aTemplateOfTheOtherKindIsNone() {
        String windows = out("TemplateHVm", "fedora", 7, "");
        String hvm = in("HVm", "win", 8, "template_qid='7' uses_default_netvm='True'");

        assertThat(vm(plan(HOST, windows, hvm), "win").has(PlanMark.MISSING_TEMPLATE))
                .isTrue();
        assertThat(vm(plan(HOST, options().ignoreMissing(true), windows, hvm), "win")
                        .has(PlanMark.MISSING_TEMPLATE))
                .isTrue();
    }

    @Test
    void aTemplateIsReplacedByTheOneTheUserNames() {
        RestorePlan plan = plan(HOST, options().mapTemplate("debian:fedora"), MAIL, out("TemplateVm", "debian", 7, ""));

        assertThat(vm(plan, "mail").template()).isEqualTo("fedora");
        assertThat(vm(plan, "mail").originalTemplate()).isNull();
        assertThat(plan.conflicts()).isEmpty();
    }

    @Test
    void aReplacementMustMatchTheWholeName() {
        RestorePlan plan = plan(HOST, options().mapTemplate("debia:fedora"), MAIL, out("TemplateVm", "debian", 7, ""));

        assertThat(vm(plan, "mail").has(PlanMark.MISSING_TEMPLATE)).isTrue();
    }

    @Test
    void aVmFollowsItsRenamedTemplate() {
        RestorePlan plan = plan(
                HOST,
                options().renameConflicting(true),
                FEDORA,
                in("AppVm", "mail", 9, "template_qid='1' uses_default_netvm='True'"));

        assertThat(vm(plan, "fedora").name()).isEqualTo("fedora1");
        assertThat(vm(plan, "mail").template()).isEqualTo("fedora1");
        assertThat(vm(plan, "mail").templateOnHost()).isEqualTo("fedora");
    }

    @Test
    void aReplacementMeansTheTemplateOfTheHostBeforeThatOfTheBackup() {
        RestorePlan plan =
                plan(HOST, options().renameConflicting(true).mapTemplate("debian:fedora"), FEDORA, DEBIAN, MAIL);

        assertThat(vm(plan, "mail").template()).isEqualTo("fedora");
    }

    @Test
    void aReplacementMayNameARenamedTemplate() {
        RestorePlan plan = plan(
                HOST,
                options().rename("fedora:fedora-old").mapTemplate("debian:fedora-old"),
                FEDORA,
                out("TemplateVm", "debian", 7, ""),
                MAIL);

        assertThat(vm(plan, "mail").template()).isEqualTo("fedora-old");
        assertThat(plan.conflicts()).isEmpty();
    }

    @Test
    void verifyingMarksNoConflictsAndLooksForNothingOnTheHost() {
        RestorePlan plan = plan(
                HOST,
                options().verifyOnly(true).prefix("x-"),
                in("AppVm", "work", 9, "template_qid='7'"),
                out("TemplateVm", "debian", 7, ""),
                home("joanna"));

        assertThat(restored(plan)).containsExactly("work", "dom0");
        assertThat(plan.conflicts()).isEmpty();
    }

    @Test
    void aViolationKeepsTheVmAndItsUsersOutButStopsNothing() {
        VmCollection vms = TestStores.store("", DEBIAN + MAIL);
        BackupItem bad = new BackupItem(vms.require("debian"), "vm7", 0, List.of(), "its path is that of another VM");
        BackupItem mail = new BackupItem(vms.require("mail"), "vm9", 0, List.of(), "");

        RestorePlan plan = RestorePlanner.plan(
                HOST,
                "user",
                new BackupContents(vms, List.of(bad, mail)),
                options().skipBroken(true).build());

        assertThat(vm(plan, "debian").marks()).containsExactly(PlanMark.VIOLATION);
        assertThat(vm(plan, "mail").marks()).containsExactly(PlanMark.MISSING_TEMPLATE);
        assertThat(plan.conflicts()).isEmpty();
        assertThat(plan.notes()).singleElement().asString().contains("its path is that of another VM");
    }

    @Test
    void aDisposableVmIsNeverRestored() {
        RestorePlan plan = plan(HOST, in("DisposableVm", "disp1", 9, "dispid='1' template_qid='1'"));

        assertThat(vm(plan, "disp1").marks()).containsExactly(PlanMark.VIOLATION);
    }

    @Test
    void theHomeOfAnotherUserStopsTheRestoreUntilItIsIgnoredOrSkipped() {
        RestorePlan mismatch = plan(HOST, home("joanna"));
        RestorePlan ignored = plan(HOST, options().ignoreUsernameMismatch(true), home("joanna"));
        RestorePlan skipped = plan(HOST, options().skipDom0Home(true), home("joanna"));

        assertThat(mismatch.conflicts()).singleElement().asString().contains("'joanna'", "'user'");
        assertThat(mismatch.toRestore()).isEmpty();
        assertThat(ignored.conflicts()).isEmpty();
        assertThat(vm(ignored, "dom0").has(PlanMark.USERNAME_MISMATCH)).isTrue();
        assertThat(restored(ignored)).containsExactly("dom0");
        assertThat(skipped.home()).isEmpty();
    }

    @Test
    void aUserNameThatEndsInZeroIsFoundWhole() {
        assertThat(vm(plan(HOST, home("joanna0")), "dom0").homeUser()).isEqualTo("joanna0");
    }

    @Test
    void paranoidModeLeavesTheHomeOut() {
        RestorePlan plan = plan(HOST, options().paranoid(true), HOME, DEBIAN);

        assertThat(plan.home()).isEmpty();
        assertThat(plan.notes()).singleElement().asString().contains("home");
    }

    @Test
    void anExcludeThatNoVmHasIsNoted() {
        assertThat(plan(HOST, options().excludes(List.of("mial")), DEBIAN, MAIL).notes())
                .singleElement()
                .asString()
                .contains("'mial'");
    }

    @Test
    void theSizeIsThatOfTheVmsToBeRestored() {
        RestorePlan plan = plan(HOST, options().excludes(List.of("mail")), DEBIAN, MAIL, FEDORA);

        assertThat(plan.size()).isEqualTo(1000);
    }

    @Test
    void proxyVmsComeBehindThoseTheyReachTheNetworkBy() {
        RestorePlan plan = plan(
                HOST,
                in("AppVm", "anon", 20, "template_qid='7' netvm_qid='21' uses_default_netvm='False'"),
                in("ProxyVm", "tor", 21, "template_qid='7' netvm_qid='22'"),
                in("ProxyVm", "vpn", 22, "template_qid='7' netvm_qid='23'"),
                in("NetVm", "net", 23, "template_qid='7'"),
                HOME,
                DEBIAN);

        assertThat(restored(plan)).containsExactly("debian", "net", "vpn", "tor", "anon", "dom0");
    }
}
