package org.qubestools.backup.create;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.qubestools.backup.TestStores;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;

class BackupSelectionTest {
    private static final VmCollection VMS = TestStores.store("", """
            <QubesTemplateVm name='fedora' qid='1' installed_by_rpm='True'/>
            <QubesTemplateVm name='debian' qid='2'/>
            <QubesNetVm name='sys-net' qid='3' internal='True'/>
            <QubesAppVm name='work' qid='4'/>
            <QubesAppVm name='fedora-dvm' qid='5' internal='True'/>
            <QubesAppVm name='scratch' qid='6' include_in_backups='False'/>
            <QubesHVm name='win' qid='7'/>
            <QubesDisposableVm name='disp1' qid='8' dispid='1'/>
            """);

    private static BackupSelection select(List<String> names, List<String> excludes) {
        return BackupSelection.of(VMS, names, excludes, null);
    }

    private static List<String> names(BackupSelection selection) {
        return selection.vms().stream().map(QubesVm::name).toList();
    }

    @Test
    void byDefaultThoseMeantForBackupsAreSelectedTemplatesAndDom0Last() {
        BackupSelection selection = select(List.of(), List.of());

        assertThat(names(selection)).containsExactly("sys-net", "win", "work", "debian", "dom0");
        assertThat(selection.leftOut()).containsExactly("disp1", "fedora", "fedora-dvm", "scratch");
    }

    @Test
    void namedVmsAreSelectedWhateverTheyAreMeantFor() {
        assertThat(names(select(List.of("fedora-dvm", "fedora", "scratch", "fedora"), List.of())))
                .containsExactly("fedora-dvm", "scratch", "fedora");
        assertThat(names(select(List.of("dom0"), List.of()))).containsExactly("dom0");
    }

    @Test
    void excludedVmsAndTheDestinationAreTakenOut() {
        BackupSelection selection = BackupSelection.of(VMS, List.of(), List.of("win", "dom0"), "work");

        assertThat(names(selection)).containsExactly("sys-net", "debian");
        assertThat(selection.leftOut()).contains("win", "work", "dom0");
        assertThat(names(BackupSelection.of(VMS, List.of("work", "win"), List.of(), "work")))
                .containsExactly("win");
    }

    @Test
    void aVmThatDoesNotExistIsRefused() {
        assertRefused(ErrorKind.NO_SUCH_VM, List.of("wrok"), null);
        assertRefused(ErrorKind.NO_SUCH_VM, List.of(), "wrok");
    }

    @Test
    void aDisposableVmIsRefused() {
        assertRefused(ErrorKind.INVALID_VALUE, List.of("disp1"), null);
    }

    @Test
    void anEmptySelectionIsRefused() {
        assertRefused(ErrorKind.INVALID_VALUE, List.of("work"), "work");
    }

    private static void assertRefused(ErrorKind kind, List<String> names, String destination) {
        assertThatThrownBy(() -> BackupSelection.of(VMS, names, List.of(), destination))
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @Test
    void anExcludeThatNoVmHasIsNoted() {
        assertThat(select(List.of(), List.of("wrok\n")).notes())
                .singleElement()
                .asString()
                .contains("'wrok\\x0a'");
    }
}
