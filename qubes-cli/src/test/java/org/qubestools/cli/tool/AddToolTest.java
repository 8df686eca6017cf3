package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;

final class AddToolTest extends ToolTest {
    private static final String TEMPLATE = "/var/lib/qubes/vm-templates/new";

    @BeforeEach
    void putFilesOfATemplate() {
        tree.sparse(TEMPLATE + "/root.img", 5);
        tree.sparse(TEMPLATE + "/private.img", 5);
    }

    private ExpectedStore added(Outcome outcome) {
        assertThat(outcome).isEqualTo(new Outcome(0, "", ""));
        return new ExpectedStore(tree.store());
    }

    @Test
    void theEntryOfATemplateHasNoUuid() {
        ExpectedStore now = added(tree.run("qvm-add-template new"));

        assertThat(now.without("new").text()).isEqualTo(StoreTree.smallStore());
        assertThat(now.element("new"))
                .startsWith("<QubesTemplateVm ")
                .contains(" label=\"black\"", " qid=\"7\"", " installed_by_rpm=\"False\"")
                .doesNotContain("uuid=");
    }

    @Test
    void aPackageMayRegisterAsRoot() {
        ExpectedStore now = added(tree.runAsRoot("qvm-add-template --rpm new"));

        assertThat(now.value("new", "installed_by_rpm")).isEqualTo("True");
        assertThat(now.value("new", "include_in_backups")).isEqualTo("False");
    }

    @Test
    void theFirstTemplateOfAnEmptyStoreIsTheDefault() throws IOException {
        Files.delete(tree.path("/var/lib/qubes/qubes.xml"));
        tree.run("qvm-init-storage");
        tree.run("qubes-prefs default-kernel 4.4.14-11");

        Outcome outcome = tree.runAsRoot("qvm-add-template --rpm new");

        assertThat(outcome)
                .isEqualTo(new Outcome(0, "", "qvm-add-template: default-template was none and is now 'new'\n"));
        assertThat(tree.run("qubes-prefs default-template").out()).isEqualTo("new\n");
    }

    @Test
    void theEntryOfAnAppVm() {
        tree.sparse("/var/lib/qubes/appvms/new/private.img", 5);

        ExpectedStore now = added(tree.run("qvm-add-appvm new debian-8"));

        assertThat(now.element("new"))
                .startsWith("<QubesAppVm ")
                .contains(" label=\"red\"", " template_qid=\"8\"")
                .doesNotContain("uuid=");
    }

    @Test
    void missingFilesAreNamed() {
        assertThat(tree.run("qvm-add-template other").err())
                .contains("files of VM 'other' are missing: /var/lib/qubes/vm-templates/other,");
        assertThat(tree.run("qvm-add-appvm other fedora-23").code()).isEqualTo(1);
        assertThat(tree.store()).isEqualTo(StoreTree.smallStore());
    }

    @Test
    void aMissingKernelIsNamed() throws IOException {
        Files.delete(tree.path("/var/lib/qubes/vm-kernels/4.4.14-11/initramfs"));

        assertThat(tree.run("qvm-add-template new").err()).contains("/var/lib/qubes/vm-kernels/4.4.14-11/initramfs");
    }

    @Test
    void refusals() {
        assertThat(tree.run("qvm-add-template debian-8").err()).contains("there is a VM 'debian-8' already");
        assertThat(tree.run("qvm-add-template a/b").err()).contains("'a/b' is no VM name");
        assertThat(tree.run("qvm-add-appvm new work").err()).contains("'work' is not a template");
        assertThat(tree.run("qvm-add-appvm new nosuch").code()).isEqualTo(1);
        assertThat(tree.store()).isEqualTo(StoreTree.smallStore());
    }

    @Test
    void oldOptionsHaveNoEffect() {
        Outcome outcome = tree.run("qvm-add-template -p /elsewhere -c other.conf new");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.err())
                .contains("warning: --path and --conf have no effect")
                .hasLineCount(1);
    }

    @Test
    void dryRunWritesNothing() {
        assertThat(tree.run("qvm-add-template --dry-run new").out()).startsWith("new TemplateVM new (qid 7)\n");
        assertThat(tree.store()).isEqualTo(StoreTree.smallStore());
    }

    @Test
    void wrongUsageAndTheOrderOfChecks() throws IOException {
        assertThat(tree.runAsRoot("qvm-add-template").code()).isEqualTo(USAGE);
        assertThat(tree.runAsRoot("qvm-add-appvm new").code()).isEqualTo(USAGE);
        assertThat(tree.run("qvm-add-appvm --rpm new debian-8").code()).isEqualTo(USAGE);
        assertThat(tree.runAsRoot("qvm-add-template new").err()).contains("refused to run as root");
        assertThat(tree.runAsRoot("qvm-add-appvm new debian-8").err()).contains("refused to run as root");
        assertStoreComesLast("qvm-add-template", "qvm-add-template new");
    }
}
