package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.qubestools.core.edit.EditHooks;
import org.qubestools.core.runtime.HookPoint;

/** What other packages have done when tools change the store. */
final class EditHooksTest extends LiveTest {
    @BeforeEach
    void listen() {
        services.withHooks();
    }

    @ParameterizedTest
    @EnumSource(EditHooks.Step.class)
    void eachStepHasAPoint(EditHooks.Step step) {
        assertThat(HookPoint.valueOf(step.name()).folder())
                .isEqualTo(step.name().toLowerCase(Locale.ROOT));
    }

    @Test
    void aNewVmAndACloneAreTold() {
        assertDone("qvm-create -q -l red new");
        assertDone("qvm-clone -q work copy");

        assertThat(steps)
                .containsExactly(
                        "hook init new",
                        "hook create_on_disk new",
                        "libvirt define new",
                        "hook init copy",
                        "hook clone_disk_files copy",
                        "libvirt define copy");
    }

    @Test
    void aRemovalIsToldBeforeAnythingIsGone() {
        boolean[] there = new boolean[1];
        Path directory = tree.path("/var/lib/qubes/appvms/work");
        steps.at("hook remove_from_disk work", () -> there[0] = Files.isDirectory(directory));

        assertDone("qvm-remove -q work");
        assertDone("qvm-remove -q --just-db vault");

        assertThat(there[0]).isTrue();
        assertThat(directory).doesNotExist();
        assertThat(steps).containsExactly("hook remove_from_disk work");
    }

    @Test
    void aRenameIsToldUnderBothNames() {
        assertDone("qvm-prefs -s work name office");

        assertThat(steps).containsExactly("hook pre_rename work", "hook post_rename office", "libvirt define office");
    }

    @Test
    void changedPropertiesAreToldAndOthersNot() {
        assertDone("qvm-prefs -s work memory 450");
        assertDone("qvm-prefs -s work memory 450");
        assertDone("qvm-prefs -s work label green");
        assertDone("qvm-prefs -s work netvm none");

        assertThat(steps)
                .containsExactly(
                        "hook set_attr work",
                        "hook set_attr work",
                        "hook label_setter work",
                        "hook set_attr work",
                        "hook netvm_setter work");
    }

    @Test
    void aRunningVmIsToldOfItsNetvmOnceItHasIt() {
        runs("sys-net", 1);
        runs("sys-firewall", 2);
        runs("work", 3);

        assertDone("qvm-prefs -s work netvm sys-net");

        assertThat(steps).containsOnlyOnce("hook netvm_setter work").startsWith("hook set_attr work");
        assertThat(steps.indexOf("hook netvm_setter work"))
                .isGreaterThan(steps.indexOf("libvirt attach network work sys-net"));
    }

    @Test
    void aDryRunTellsNobody() {
        assertThat(run("qvm-create --dry-run -q -l red new").code()).isZero();
        assertThat(run("qvm-remove --dry-run -q work").code()).isZero();

        assertThat(steps).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "qvm-create -q -l red new, hook init new",
        "qvm-create -q -l red new, hook create_on_disk new",
        "qvm-clone -q work copy, hook clone_disk_files copy",
        "qvm-remove -q work, hook remove_from_disk work",
        "qvm-prefs -s work name office, hook pre_rename work",
        "qvm-prefs -s work name office, hook post_rename office",
        "qvm-prefs -s work label green, hook label_setter work",
        "qvm-prefs -s work memory 450, hook set_attr work"
    })
    void oneThatFailsEndsTheEditAndNothingIsChanged(String commandLine, String step, @TempDir Path other)
            throws IOException, InterruptedException {
        services.failingAt(step);
        Path before = other.resolve("before");
        TreeFiles.copy(tree.path("/var/lib/qubes"), before);

        assertFails(commandLine, 1, "the fake fails at: " + step);

        TreeFiles.assertSame(before, tree.path("/var/lib/qubes"), commandLine);
        assertThat(vmm.calls()).isEmpty();
    }
}
