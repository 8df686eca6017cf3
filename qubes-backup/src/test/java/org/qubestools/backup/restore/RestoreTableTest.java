package org.qubestools.backup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.qubestools.backup.restore.BackupWorld.EMPTY_HOST;
import static org.qubestools.backup.restore.BackupWorld.HOST;
import static org.qubestools.backup.restore.BackupWorld.home;
import static org.qubestools.backup.restore.BackupWorld.in;
import static org.qubestools.backup.restore.BackupWorld.out;
import static org.qubestools.backup.restore.BackupWorld.plan;

import java.util.List;
import org.junit.jupiter.api.Test;

class RestoreTableTest {
    private static RestoreOptions.Builder options() {
        return RestoreOptions.builder();
    }

    @Test
    void theTableIsDrawnAsTheOriginalDid() {
        RestorePlan plan = plan(
                HOST,
                options().renameConflicting(true).ignoreMissing(true).ignoreUsernameMismatch(true),
                home("joanna"),
                in("TemplateVm", "fedora", 1, "uses_default_netvm='True'"),
                in("NetVm", "net", 2, "template_qid='1'"),
                in("ProxyVm", "vpn", 3, "template_qid='1' netvm_qid='2' label='green'"),
                out("TemplateVm", "debian", 7, ""),
                in("AppVm", "vault", 5, "template_qid='7' netvm_qid='none' uses_default_netvm='False'"),
                in("HVm", "win", 6, "template_qid='none' uses_default_netvm='True'"));

        assertThat(plan.table()).containsExactly("""
                ----------+-------+----------+-------+---------------+-------+
                     name |  type | template | updbl |         netvm | label |
                ----------+-------+----------+-------+---------------+-------+
                 [fedora] |   Tpl |      n/a |   Yes | *sys-firewall | black | <-- Will be renamed to 'fedora1'
                    {net} |   Net |  fedora1 |       |           n/a |   red |
                    {vpn} | Proxy |  fedora1 |       |           net | green |
                    vault |   App |   fedora |       |             - |   red | <-- Original template was 'debian'
                      win |   HVM |      n/a |   Yes | *sys-firewall |   red |
                     Dom0 |  Home |          |       |               |       | <-- username in backup and dom0 mismatch (ignored)
                """.split("\n"));
    }

    @Test
    void eachReasonAgainstAVmHasItsRemark() {
        RestorePlan plan = plan(
                HOST,
                options().excludes(List.of("out")).rename("bad:1"),
                in("AppVm", "out", 8, ""),
                in("AppVm", "work", 9, ""),
                in("AppVm", "bad", 10, ""),
                out("TemplateVm", "debian", 7, ""),
                in("AppVm", "mail", 11, "template_qid='7'"),
                in("AppVm", "anon", 12, "uses_default_netvm='False' netvm_qid='99'"),
                in("DisposableVm", "disp1", 13, "dispid='1'"),
                home("joanna"));

        assertThat(plan.table().stream().map(RestoreTableTest::remark).filter(text -> !text.isEmpty()))
                .containsExactly(
                        "Excluded from restore",
                        "A VM with the same name already exists on the host!",
                        "The new name '1' cannot be used!",
                        "No matching template on the host or in the backup found!",
                        "No matching netvm on the host or in the backup found!",
                        "Cannot be restored: it is a DisposableVM",
                        "username in backup and dom0 mismatch");
    }

    private static String remark(String line) {
        int at = line.indexOf(" <-- ");
        return at < 0 ? "" : line.substring(at + 5);
    }

    @Test
    void namesOfVmsThatAreNotInTheBackupCannotHarmATerminal() {
        RestorePlan plan = plan(
                EMPTY_HOST,
                out("TemplateVm", "a&#x202e;b", 7, ""),
                in("AppVm", "mail", 11, "template_qid='7' uses_default_netvm='True'"));

        assertThat(String.join("", plan.table()) + plan.conflicts())
                .matches("[ -~]*")
                .contains("a\\u202eb");
    }
}
