package org.qubestools.backup.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

class StoreContentsTest {
    private static final String GOOD =
            "<QubesAppVm qid='5' name='work' backup_content='True' backup_path='appvms/work' backup_size='7'/>";

    @Test
    void vmsOfAPlainBackupAreThoseWithTheFlag() {
        BackupContents contents = StoreContents.read(BackupXml.bytes("v3-plain.xml"));

        assertThat(contents.items())
                .extracting(item -> item.vm().name(), BackupItem::path, BackupItem::size, BackupItem::violation)
                .containsExactly(
                        tuple("dom0", "dom0-home/user", 122880L, ""),
                        tuple("fedora-23", "vm-templates/fedora-23", 32768L, ""),
                        tuple("work", "appvms/work", 32768L, ""),
                        tuple("personal", "appvms/personal", 49152L, ""));
        assertThat(contents.vms().hasName("vault")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"v2-noheader.xml", "v2-encrypted.xml", "v3-plain.xml", "v3-encrypted-gzip.xml"})
    void samplesOfTheOriginalsHaveNoRemarkAndNoViolation(String sample) {
        assertThat(StoreContents.read(BackupXml.bytes(sample)).items())
                .hasSize(4)
                .allSatisfy(item -> assertThat(item.remarks()).isEmpty())
                .allSatisfy(item -> assertThat(item.violation()).isEmpty());
    }

    @Test
    void pathsOfAnEncryptedBackupAreMadeFromQids() {
        assertThat(StoreContents.read(BackupXml.bytes("v3-encrypted-gzip.xml")).items())
                .extracting(BackupItem::path)
                .containsExactly("dom0-home/user", "vm1", "vm4", "vm5");
    }

    @Test
    void format1HoldsTheVmsWhoseDirectoryIsThere() {
        Set<String> there = Set.of("appvms/work", "appvms/personal", "vm-templates/fedora-18-x64");

        BackupContents contents = StoreContents.readFormat1(BackupXml.bytes("v1-directory.xml"), there::contains);

        assertThat(contents.items())
                .extracting(BackupItem::path)
                .containsExactly("vm-templates/fedora-18-x64", "appvms/work", "appvms/personal");
    }

    @Test
    void format1NeverAsksForADirectoryOutsideTheBackup() {
        byte[] xml = BackupXml.store(
                "<QubesAppVm qid='5' name='a' dir_path='/var/lib/qubes/../../etc'/>",
                "<QubesAppVm qid='6' name='b' dir_path='/var/lib/qubes//etc'/>",
                "<QubesAppVm qid='7' name='c' dir_path='/etc'/>",
                "<QubesAppVm qid='8' name='../d'/>");

        BackupContents contents = StoreContents.readFormat1(xml, asked -> {
            assertThat(asked).isEqualTo("appvms/a"); // what its malformed path falls back to
            return true;
        });

        assertThat(contents.items()).extracting(item -> item.vm().name()).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name='none' dir_path='/var/lib/qubes/appvms/work'",
                "name='x-dm' dir_path='/var/lib/qubes/appvms/work/'",
                "name='../d' dir_path='/var/lib/qubes/appvms/work'",
                "dir_path='/var/lib/qubes/appvms/work'",
                "name='-work'"
            })
    void format1RefusesAnUnusableNameOfAVmWhoseDirectoryIsThere(String attributes) {
        byte[] xml = BackupXml.store("<QubesAppVm qid='6' " + attributes + "/>");
        Set<String> there = Set.of("appvms/work", "appvms/-work");

        assertThatThrownBy(() -> StoreContents.readFormat1(xml, there::contains))
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT_BACKUP))
                .hasMessageContaining("is not usable");
        assertThat(StoreContents.readFormat1(xml, path -> false).items()).isEmpty();
    }

    @Test
    void dom0IsNotInABackupWithoutItsElement() {
        assertThat(StoreContents.read(BackupXml.store(GOOD)).items())
                .extracting(item -> item.vm().name())
                .containsExactly("work");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<QubesAppVm qid='6' name='-x' backup_content='True' backup_path='vm6'/>",
                "<QubesAppVm qid='6' name='' backup_content='True' backup_path='vm6'/>",
                "<QubesAppVm qid='6' name='default' backup_content='True' backup_path='vm6'/>",
                "<QubesAppVm qid='6' name='x-dm' backup_content='True' backup_path='vm6'/>",
                "<QubesAppVm qid='6' name='lost+found' backup_content='True' backup_path='vm6'/>",
                "<QubesAppVm qid='0' name='a' backup_content='True' backup_path='vm6'/>",
                "<QubesAppVm qid='254' name='a' backup_content='True' backup_path='vm6'/>",
                "<QubesAppVm qid='5' name='a' backup_content='True' backup_path='vm6'/>",
                "<QubesAppVm qid='5' name='a'/>",
                "<QubesAppVm qid='6' name='work' backup_content='True' backup_path='vm6'/>",
                "<QubesAppVm qid='6' name='work'/>",
                "<QubesAppVm qid='6' name='a' backup_content='True' backup_path='appvms/work'/>",
                "<QubesAdminVm backup_content='True' backup_path='dom0-home/u'/>"
                        + "<QubesAdminVm backup_content='True' backup_path='dom0-home/v'/>",
            })
    void whatConfusesTwoVmsRefusesTheBackup(String other) {
        assertThatThrownBy(() -> StoreContents.read(BackupXml.store(GOOD, other)))
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT_BACKUP))
                .hasMessageStartingWith("qubes.xml of the backup: ");
    }

    @ParameterizedTest
    @CsvSource({
        "'', 1, missing",
        "/etc, 1, plain relative",
        "a//b, 1, plain relative",
        "a/../b, 1, plain relative",
        "./a, 1, plain relative",
        "vm6/, 1, plain relative",
        "dom0-home/user, 1, something else",
        "dom0-home, 1, something else",
        "qubes.xml.000, 1, something else",
        "backup-header, 1, something else",
        "appvms, 1, holds that of VM 'work'",
        "vm6, -1, not a number",
        "vm6, many, not a number",
        "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q, 1, levels",
    })
    void anyOtherViolationFailsTheOneVm(String path, String size, String reason) {
        String other = "<QubesAppVm qid='6' name='a' backup_content='True' backup_path='%s' backup_size='%s'/>"
                .formatted(path, size);

        List<BackupItem> items =
                StoreContents.read(BackupXml.store(GOOD, other)).items();

        assertThat(items.get(0).violation()).isEmpty();
        assertThat(items.get(1).violation()).contains(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dom0-home", "dom0-home/a/b", "vm0", "dom0-home/..", "user"})
    void dom0HasNothingButAHome(String path) {
        byte[] xml = BackupXml.store("<QubesAdminVm backup_content='True' backup_path='" + path + "'/>");

        assertThat(StoreContents.read(xml).items().get(0).violation()).isNotEmpty();
    }

    @Test
    void anUnusualPathIsKept() {
        byte[] xml =
                BackupXml.store("<QubesAppVm qid='6' name='a' backup_content='True' backup_path='special/a'/>", GOOD);

        assertThat(StoreContents.read(xml).items().get(0))
                .returns("special/a", BackupItem::path)
                .returns("", BackupItem::violation)
                .returns(0L, BackupItem::size);
    }

    @Test
    void staleFlagsOfVmsThatAreNotInTheBackupDoNotCount() {
        String stale = "<QubesAppVm qid='6' name='a' backup_content='False' backup_path='appvms/work'/>";

        assertThat(StoreContents.read(BackupXml.store(GOOD, stale)).items()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "<QubesOddVm name='odd' backup_content='True'/>, odd",
        "<QubesOddVm name='odd' backup_content='maybe'/>, odd",
        "<QubesOddVm backup_content='True'/>, QubesOddVm",
        "<QubesAppVm qid='6' name='odd' backup_content='yes'/>, odd",
        "<QubesAppVm qid='6' name='odd' backup_content=''/>, odd",
        "<QubesAdminVm qid='0' backup_content='1'/>, dom0",
    })
    void whatCannotBeLookedAtIsNamed(String other, String name) {
        BackupContents contents = StoreContents.read(BackupXml.store(GOOD, other));

        assertThat(contents.items()).hasSize(1);
        assertThat(contents.leftOut()).singleElement().asString().contains("'" + name + "' of the backup is left out");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<QubesOddVm name='odd'/>",
                "<QubesOddVm name='odd' backup_content='False'/>",
                "<QubesAppVm qid='6' name='odd' backup_content='False' memory='x'/>",
            })
    void whatIsNotInTheBackupIsNoNews(String other) {
        assertThat(StoreContents.read(BackupXml.store(GOOD, other)).leftOut()).isEmpty();
    }

    @Test
    void format1NamesWhatIsNoVmButHasADirectoryThere() {
        byte[] xml = BackupXml.store(
                "<QubesOddVm name='odd' dir_path='/var/lib/qubes/appvms/odd/'/>",
                "<QubesOddVm name='gone' dir_path='/var/lib/qubes/appvms/gone'/>",
                "<QubesOddVm name='all' dir_path='/var/lib/qubes/'/>",
                "<QubesOddVm name='up' dir_path='/var/lib/qubes/../..'/>",
                "<QubesOddVm name='no'/>");

        BackupContents contents = StoreContents.readFormat1(xml, path -> path.equals("appvms/odd") || path.isEmpty());

        assertThat(contents.items()).isEmpty();
        assertThat(contents.leftOut())
                .containsExactly("'odd' of the backup is left out: <QubesOddVm> is no kind of VM");
    }

    @Test
    void aDisposableVmFails() {
        byte[] xml = BackupXml.store("<QubesDisposableVm qid='6' dispid='1' backup_content='True' backup_path='vm6'/>");

        assertThat(StoreContents.read(xml).items().get(0).violation()).contains("DisposableVM");
    }

    @Test
    void aValueThatCannotBeUsedIsARemark() {
        byte[] xml = BackupXml.store("<QubesAppVm qid='6' name='a' memory='&#x9b;x' uuid='no' backup_content='True'"
                + " backup_path='vm6' template_qid='9'/>");

        assertThat(StoreContents.read(xml).items().get(0).remarks())
                .containsExactly(
                        "memory: '\\x9bx' is not usable: not a number; the default counts",
                        "template_qid: its template is not in the store");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<QubesVmCollection>", "<a/>", "<qubes/>", "<!DOCTYPE a><QubesVmCollection/>"})
    void aDamagedDocumentIsRefused(String xml) {
        assertThatThrownBy(() -> StoreContents.read(BackupXml.utf8(xml)))
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT_BACKUP))
                .hasMessageStartingWith("qubes.xml of the backup");
    }

    @Test
    void whateverIsDamagedEndsInContentsOrOurError() {
        long seed = new Random().nextLong();
        Mutations mutations = new Mutations(seed);
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = mutations.of(BackupXml.bytes("v3-plain.xml"));
            try {
                StoreContents.read(damaged);
            } catch (QubesException e) {
                assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT_BACKUP);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", round " + i, e);
            }
        }
    }
}
