package org.qubestools.backup.restore;

import java.util.ArrayList;
import java.util.List;
import org.qubestools.backup.TestStores;
import org.qubestools.backup.format.BackupContents;
import org.qubestools.core.model.VmCollection;

/** A host with the usual VMs, a backup made elsewhere, and short ways to plan. */
final class BackupWorld {
    static final String USER = "user";

    static final String GLOBALS = "default_template='1' default_netvm='3' default_fw_netvm='2' default_kernel='4.4'";

    /** fedora, sys-net, sys-firewall and work. */
    static final VmCollection HOST = TestStores.store(GLOBALS, """
            <QubesTemplateVm name='fedora' qid='1'/>
            <QubesNetVm name='sys-net' qid='2' template_qid='1' netid='1'/>
            <QubesProxyVm name='sys-firewall' qid='3' template_qid='1' netvm_qid='2' netid='2'/>
            <QubesAppVm name='work' qid='4' template_qid='1' uses_default_netvm='True'/>
            """);

    /** Nothing but dom0. */
    static final VmCollection EMPTY_HOST = TestStores.store("", "");

    private BackupWorld() {}

    /** In the backup. */
    static String in(String vmClass, String name, int qid, String attributes) {
        return element(
                vmClass,
                name,
                qid,
                "backup_content='True' backup_path='vm" + qid + "' backup_size='1000' " + attributes);
    }

    /** In the collection of the backup, without data. */
    static String out(String vmClass, String name, int qid, String attributes) {
        return element(vmClass, name, qid, attributes);
    }

    private static String element(String vmClass, String name, int qid, String attributes) {
        return "<Qubes" + vmClass + " name='" + name + "' qid='" + qid + "' " + attributes + "/>\n";
    }

    static String home(String user) {
        return "<QubesAdminVm name='dom0' qid='0' backup_content='True' backup_path='dom0-home/" + user + "'/>\n";
    }

    static RestorePlan plan(VmCollection host, RestoreOptions.Builder options, String... elements) {
        BackupContents contents = TestStores.contents(String.join("", elements));
        return RestorePlanner.plan(host, USER, contents, options.build());
    }

    static RestorePlan plan(VmCollection host, String... elements) {
        return plan(host, RestoreOptions.builder(), elements);
    }

    static PlannedVm vm(RestorePlan plan, String originalName) {
        return plan.vms().stream()
                .filter(vm -> vm.originalName().equals(originalName))
                .findFirst()
                .orElseThrow();
    }

    /** New names of those that will be restored, in order. */
    static List<String> restored(RestorePlan plan) {
        List<String> names = new ArrayList<>();
        for (PlannedVm vm : plan.toRestore()) {
            names.add(vm.name());
        }
        return names;
    }
}
