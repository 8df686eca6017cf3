package org.qubestools.cli.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.cli.ProjectFiles;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.io.Subprocess;

/** The history that saves leave, and what {@code qubes-store} makes of it. */
final class HistoryTest {
    private static final String SET = "qvm-prefs -s work ";

    @TempDir
    private Path root;

    private Path store;
    private Path backup;
    private String original;

    @BeforeEach
    void makeTree() throws IOException {
        store = root.resolve("var/lib/qubes/qubes.xml");
        backup = root.resolve("var/lib/qubes/backup");
        for (String directory : List.of("appvms/work", "vm-templates/fedora-23", "vm-kernels/4.4.14-11")) {
            images(directory);
        }
        Files.copy(ProjectFiles.smallStore(), store);
        original = Files.readString(store);
    }

    private void images(String directory) throws IOException {
        Path path = Files.createDirectories(store.resolveSibling(directory));
        for (String file : List.of("root.img", "root-cow.img", "private.img", "vmlinuz", "initramfs", "modules.img")) {
            Files.createFile(path.resolve(file));
        }
    }

    private Outcome run(String commandLine) {
        return runner().run(commandLine);
    }

    private ToolRunner runner() {
        return new ToolRunner().environment("QUBES_ROOT", root.toString());
    }

    private Outcome done(String commandLine) {
        Outcome outcome = run(commandLine);
        assertThat(outcome.code()).as(commandLine + ": " + outcome.err()).isZero();
        return outcome;
    }

    private List<String> kept() throws IOException {
        try (Stream<Path> files = Files.list(backup)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aSaveLeavesWhatTheStoreWasAndWhoChangedIt() throws IOException {
        done(SET + "memory 600");

        assertThat(kept()).containsExactly("generation-000001.json", "generation-000001.xml", "generation-saved.xml");
        assertThat(Files.readString(backup.resolve("generation-000001.xml"))).isEqualTo(original);
        assertThat(done("qubes-store history").out())
                .isEqualTo("1  2016-03-01 12:00:00  user  qvm-prefs -s work memory 600  [work: memory]\n");
        assertThat(done("qubes-store show 1").out()).contains("changed AppVM work (qid 4)\n  memory: ");
    }

    @Test
    void whatChangesNothingLeavesNothing() throws IOException {
        done(SET + "memory 600");
        done(SET + "memory 600");
        done("qvm-prefs --dry-run -s work memory 700");
        run(SET + "memory abc");

        assertThat(done("qubes-store history").out().lines()).hasSize(1);
        assertThat(kept()).hasSize(3);
    }

    @Test
    void theHistoryOfOneVmIsThatOfNoOther() {
        done(SET + "memory 600");
        done("qvm-prefs -s vault memory 500");
        done("qubes-prefs -s updatevm none");

        assertThat(done("qubes-store history vault").out()).startsWith("2  ").hasLineCount(1);
        assertThat(done("qubes-store history").out()).contains("[updatevm]");
    }

    @Test
    void twoStatesAreCompared() throws IOException {
        done(SET + "memory 600");
        done(SET + "label green");
        Path other = Files.writeString(root.resolve("other.xml"), original);

        assertThat(done("qubes-store diff 1 2").out()).contains("  memory: ").doesNotContain("label");
        assertThat(done("qubes-store diff 1").out()).contains("  memory: ", "  label: ");
        assertThat(done("qubes-store diff " + other + " " + store).out())
                .isEqualTo(done("qubes-store diff 1").out());
        assertThat(done("qubes-store diff 1 " + other).out()).isEmpty();
    }

    @Test
    void theLastChangeIsTakenBackToTheByte() throws IOException {
        done(SET + "memory 600");
        done("qubes-store undo");

        assertThat(Files.readString(store)).isEqualTo(original);
        assertThat(done("qubes-store history").out().lines()).hasSize(2);
        done("qubes-store undo");
        assertThat(done("qvm-prefs work memory").out()).isEqualTo("600\n");
    }

    @Test
    void anEarlierChangeIsTakenBackAndLaterOnesStay() {
        done(SET + "memory 600");
        done(SET + "label green");
        String before = done("qubes-store diff 1 2").out();
        done("qubes-store undo 1");

        assertThat(before).contains("-> 600\n");
        assertThat(done("qvm-prefs work label").out()).isEqualTo("green\n");
        assertThat(done("qubes-store diff 1").out()).contains("label").doesNotContain("memory");
    }

    @Test
    void aLaterChangeOfTheSameIsInTheWay() throws IOException {
        done(SET + "memory 600");
        done(SET + "memory 700");
        String now = Files.readString(store);
        Outcome undo = run("qubes-store undo 1");

        assertThat(undo.code()).isEqualTo(1);
        assertThat(undo.err()).contains("memory of VM 'work' is '700' now").hasLineCount(1);
        assertThat(Files.readString(store)).isEqualTo(now);
    }

    @Test
    void aRemovedVmComesBackWithoutItsFiles() throws IOException {
        done("qvm-remove --just-db work");
        Files.move(store.resolveSibling("appvms/work"), root.resolve("away"));
        Outcome undo = done("qubes-store undo");

        assertThat(Files.readString(store)).isEqualTo(original);
        assertThat(undo.err()).contains("VM 'work': its files are missing, there is no /var/lib/qubes/appvms/work");
        assertThat(store.resolveSibling("appvms/work")).doesNotExist();
    }

    @Test
    void aRemovedVmDoesNotComeBackBesideOneWithItsQid() {
        done("qvm-remove --just-db work");
        Outcome registered = runner().run("qvm-add-appvm work fedora-23");
        Outcome undo = run("qubes-store undo 1");

        assertThat(registered.code()).isZero();
        assertThat(undo.code()).isEqualTo(1);
        assertThat(undo.err()).contains("later changes are in the way: ");
    }

    @Test
    void aChangeIsNotTakenBackOnAnotherVmThatHasTheQidNow() throws IOException {
        done(SET + "label green");
        done("qvm-remove --just-db work");
        images("appvms/bank");
        done("qvm-add-appvm bank fedora-23");
        done("qvm-prefs -s bank label green");
        String now = Files.readString(store);
        Outcome undo = run("qubes-store undo 1");

        assertThat(undo.code()).isEqualTo(1);
        assertThat(undo.err())
                .contains("VM 'work' is gone, its qid is VM 'bank' now")
                .hasLineCount(1);
        assertThat(Files.readString(store)).isEqualTo(now);
    }

    @Test
    void aVmMayHaveAnotherNameByNow() {
        done(SET + "label green");
        done(SET + "name job");
        done("qubes-store undo 1");

        assertThat(done("qvm-prefs job label").out()).isEqualTo("blue\n");
    }

    @Test
    void aReferenceIsNotTakenBackToAnotherVm() throws IOException {
        images("vm-templates/extra");
        done("qvm-add-template extra");
        done("qubes-prefs -s default-template extra");
        done("qubes-prefs -s default-template fedora-23");
        done("qvm-remove --just-db extra");
        images("vm-templates/other");
        done("qvm-add-template other");
        Outcome undo = run("qubes-store undo 3");

        assertThat(undo.code()).isEqualTo(1);
        assertThat(undo.err()).contains("default_template was VM 'extra', whose qid is VM 'other' now");
    }

    @Test
    void whatAnUndoneRegistrationLeavesOverIsSaid() throws IOException {
        images("appvms/extra");
        done("qvm-add-appvm extra fedora-23");
        Outcome undo = done("qubes-store undo");

        assertThat(Files.readString(store)).isEqualTo(original);
        assertThat(undo.err()).contains("VM 'extra': its files are left over in /var/lib/qubes/appvms/extra");
        assertThat(store.resolveSibling("appvms/extra")).exists();
    }

    @Test
    void aVmThatOthersNeedNowStays() throws IOException {
        images("vm-templates/extra");
        done("qvm-add-template extra");
        done(SET + "template extra");
        Outcome undo = run("qubes-store undo 1");

        assertThat(undo.code()).isEqualTo(1);
        assertThat(undo.err()).contains("later changes are in the way: ", "template-missing");
    }

    @Test
    void aChangeBySomethingElseIsSeenAndCanBeTakenBack() throws IOException {
        done(SET + "memory 600");
        String ours = Files.readString(store);
        Files.writeString(store, ours.replace("name=\"vault\"", "name=\"safe\""));
        done(SET + "label green");

        List<String> lines = done("qubes-store history").out().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(1)).startsWith("2  ").contains("(changed by something else", "[vault: name]");
        assertThat(Files.readString(backup.resolve("generation-000002.xml"))).isEqualTo(ours);
        done("qubes-store undo 2");
        assertThat(Files.readString(store)).contains("name=\"vault\"");
        assertThat(done("qvm-prefs work label").out()).isEqualTo("green\n");
    }

    @Test
    void theStoreIsRestoredAlsoWhenItIsDamaged() throws IOException {
        done(SET + "memory 600");
        done(SET + "label green");
        Files.writeString(store, "<QubesVmCollection>\n  <Qubes");
        assertThat(run("qvm-ls").code()).isNotZero();

        assertThat(done("qubes-store restore --dry-run 1").out()).contains("new AppVM work");
        done("qubes-store restore 1");
        assertThat(Files.readString(store)).isEqualTo(original);
        assertThat(done("qubes-store history").out()).contains("(changed by something else", "qubes-store restore 1");
    }

    @Test
    void aFileIsRestoredToo() throws IOException {
        Path copy = Files.writeString(root.resolve("copy"), original);
        done(SET + "memory 600");
        done("qubes-store restore " + copy);

        assertThat(Files.readString(store)).isEqualTo(original);
        Files.writeString(copy, "nothing");
        assertThat(run("qubes-store restore " + copy).code()).isEqualTo(1);
        assertThat(Files.readString(store)).isEqualTo(original);
    }

    @Test
    void oldGenerationsGo() throws IOException {
        for (int memory = 401; memory <= 405; memory++) {
            assertThat(runner().environment("QUBES_HISTORY", "3")
                            .run(SET + "memory " + memory)
                            .code())
                    .isZero();
        }
        assertThat(kept())
                .contains("generation-000003.xml", "generation-000004.json", "generation-000005.xml")
                .hasSize(7);

        Files.writeString(
                backup.resolve("generation-000003.json"),
                Files.readString(backup.resolve("generation-000003.json")).replaceAll("\"time\":\\d+", "\"time\":1"));
        done(SET + "memory 500");
        assertThat(kept()).doesNotContain("generation-000003.xml").contains("generation-000004.xml");
    }

    @Test
    void theHistoryCanBeSwitchedOff() {
        assertThat(runner().environment("QUBES_HISTORY", "0")
                        .run(SET + "memory 600")
                        .code())
                .isZero();
        assertThat(backup).doesNotExist();
        assertThat(run("qubes-store undo").code()).isEqualTo(1);
        assertThat(done("qubes-store history").out()).isEmpty();
        assertThat(runner().environment("QUBES_HISTORY", "many")
                        .run(SET + "memory 700")
                        .err())
                .contains("QUBES_HISTORY is a number from 0 on");
    }

    @Test
    void aHistoryThatCannotBeWrittenIsAWarning() throws IOException {
        Files.writeString(backup, "in the way");
        Outcome set = done(SET + "memory 600");

        assertThat(set.err()).contains("this change is not in the history").hasLineCount(1);
        assertThat(done("qvm-prefs work memory").out()).isEqualTo("600\n");
    }

    @Test
    void aTimeThatNoCalendarHasIsShownAsItIs() throws IOException {
        done(SET + "memory 600");
        Path record = backup.resolve("generation-000001.json");
        String text = Files.readString(record).replaceFirst("\"time\":[0-9]+", "\"time\":999999999999999999");
        Files.writeString(record, text);
        Files.writeString(
                store,
                Files.readString(store)
                        .replaceFirst("name=\"work\"", "backup_timestamp=\"999999999999999999\" name=\"work\""));

        assertThat(done("qubes-store history").out()).startsWith("1  999999999999999999  user  qvm-prefs");
        assertThat(done("qvm-prefs -g work last_backup").out()).isEqualTo("999999999999999999\n");
        assertThat(done("qvm-ls --last-backup").out()).contains("999999999999999999");
    }

    @Test
    void aRecordOfAnySizeIsInNobodysWay() throws IOException {
        done(SET + "memory 600");
        Path record = backup.resolve("generation-000001.json");
        try (RandomAccessFile file = new RandomAccessFile(record.toString(), "rw")) {
            file.setLength(3L << 30);
        }

        assertThat(done(SET + "memory 700").err()).isEmpty();
        assertThat(done("qubes-store history").out()).hasLineCount(2);
    }

    @Test
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aPipeInThePlaceOfARecordIsWaitedForByNobody() throws IOException {
        done(SET + "memory 600");
        done(SET + "label green");
        Path record = backup.resolve("generation-000001.json");
        Files.delete(record);
        Subprocess.of("mkfifo", record.toString()).run().requireSuccess();

        assertThat(done(SET + "memory 700").err()).isEmpty();
        assertThat(done("qubes-store history").out()).contains("1  (time unknown)  -  (command unknown)  []");
    }

    @Test
    void aDamagedGenerationIsNotUsed() throws IOException {
        done(SET + "memory 600");
        done(SET + "label green");
        Files.writeString(backup.resolve("generation-000001.xml"), original + "\n");
        Files.writeString(backup.resolve("generation-000002.json"), "{\"generation\":");

        assertThat(run("qubes-store restore 1").err()).contains("is not what was recorded");
        assertThat(done("qubes-store history").out()).contains("2  (time unknown)  -  (command unknown)  []");
        done("qubes-store restore 2");
        assertThat(run("qubes-store show 9").code()).isEqualTo(1);
        assertThat(run("qubes-store show x").code()).isEqualTo(2);
    }

    @Test
    void aGlobalThatWasNotThereGoesAgain() throws IOException {
        Files.writeString(store, original.replace("clockvm=\"2\" ", ""));
        done("qubes-prefs -s clockvm sys-firewall");
        done(SET + "memory 600");

        done("qubes-store undo 1");

        assertThat(Files.readString(store)).doesNotContain("clockvm=");
        assertThat(done("qubes-prefs clockvm").out()).isEqualTo("sys-net\n");
    }
}
