package org.qubestools.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.CrashingFileLayer;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.SimulatedCrash;

/** The journal as a text, and what is done about one that does not fit. */
class JournalTest {
    private static final String HASH = "0123456789abcdef".repeat(4);
    private static final long SEED = 4711;

    @TempDir
    Path dir;

    private ChangeWorld world;

    @BeforeEach
    void makeWorld() throws IOException {
        world = new ChangeWorld(dir.toRealPath().resolve("world"));
    }

    private static Journal sample() {
        Path odd = Path.of("/a b/tab\there/new\nline/ü\\x");
        return new Journal(
                Journal.Phase.CHANGE,
                Path.of("/var/lib/qubes/.qvm-pending"),
                HASH,
                HASH,
                List.of(
                        new JournalStep.MakeDirectory(Path.of("/a")),
                        new JournalStep.Prepare(Path.of("/a/.qvm-new-1")),
                        new JournalStep.Put(
                                Path.of("/a/.qvm-new-1"), Path.of("/a/.qvm-old-1"), Path.of("/a/b"), -5, true),
                        new JournalStep.Put(
                                Path.of("/a/.qvm-new-2"), Path.of("/a/.qvm-old-2"), Path.of("/a/c"), 7, false),
                        new JournalStep.Move(odd, Path.of("/b")),
                        new JournalStep.Trash(odd, odd.resolveSibling(".qvm-old-3")),
                        new JournalStep.Garbage(Path.of("/c/.qvm-old-4"))));
    }

    private static String text() {
        return new String(JournalText.format(sample()), StandardCharsets.US_ASCII);
    }

    @Test
    void everyStepSurvivesTheText() throws Exception {
        assertThat(JournalText.parse(JournalText.format(sample()))).isEqualTo(sample());
    }

    @Test
    void garbageIsFollowedThroughLaterMoves() {
        Journal journal = sample().withPhase(
                        Journal.Phase.CHANGE,
                        List.of(
                                new JournalStep.Trash(Path.of("/a/x"), Path.of("/a/.qvm-old-0")),
                                new JournalStep.Move(Path.of("/a"), Path.of("/b")),
                                new JournalStep.Trash(Path.of("/b/y"), Path.of("/b/.qvm-old-2"))));

        assertThat(journal.garbage()).containsExactly(Path.of("/b/.qvm-old-0"), Path.of("/b/.qvm-old-2"));
    }

    @Test
    void anythingElseIsRefused() {
        String good = text();
        List<String> bad = List.of(
                "",
                "\n",
                "end\t0\n",
                good.substring(0, good.length() - 1),
                good + "\n",
                good.replace("end\t7", "end\t6"),
                good.replace("qvm-pending\t1", "qvm-pending\t2"),
                good.replace("\tchange\t", "\tother\t"),
                good.replace(HASH, HASH.toUpperCase(java.util.Locale.ROOT)),
                good.replace("dir\t/a\n", "dir\ta\n"),
                good.replace("dir\t/a\n", "dir\t/a/../b\n"),
                good.replace("dir\t/a\n", "dir\t/\n"),
                good.replace("dir\t/a\n", "dir\t/a\t/b\n"),
                good.replace("dir\t/a\n", "rmdir\t/a\n"),
                good.replace("new\t/a/.qvm-new-1\n", "new\t/home\n"),
                good.replace("garbage\t/c/.qvm-old-4", "garbage\t/c/d"),
                good.replace("trash\t", "trash\t/x"),
                good.replace("/a/.qvm-old-2", "/b/.qvm-old-2"),
                good.replace("\t7\n", "\tseven\n"),
                good.replace("\\u0009", "\\u00"),
                good.replace("\\u0009", "\\x0009"),
                good.replace("\\u0009", "\u00fc"),
                good.replace("\\u0009", "\\u0000"));

        for (String text : bad) {
            assertThatThrownBy(() -> JournalText.parse(text.getBytes(StandardCharsets.ISO_8859_1)))
                    .as(text)
                    .isInstanceOf(JournalText.BadJournal.class);
        }
    }

    @Test
    void randomDamageIsAJournalOrARefusal() {
        Random random = new Random(SEED);
        for (int run = 0; run < 20_000; run++) {
            byte[] text = JournalText.format(sample());
            for (int i = random.nextInt(4); i >= 0; i--) {
                text[random.nextInt(text.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(JournalText.parse(text).steps()).isNotEmpty();
            } catch (JournalText.BadJournal e) {
                assertThat(e.why()).startsWith("it ");
            }
        }
    }

    private void assertRefusedUntouched() {
        Map<String, String> before = world.tree();

        assertThatThrownBy(() -> world.recover(FileLayer.system()))
                .isInstanceOfSatisfying(QubesException.class, e -> {
                    assertThat(e.kind()).isEqualTo(ErrorKind.FAILED);
                    assertThat(e.hint()).isPresent();
                })
                .hasMessageStartingWith(world.journal.toString());

        assertThat(world.tree()).isEqualTo(before);
    }

    /** Leaves the journal of an edit that was killed just before it saved the store. */
    private void crashBeforeTheSave() {
        int n = 0;
        while (true) {
            CrashingFileLayer layer = new CrashingFileLayer(n);
            try (FileChanges.Applied applied = world.everything()
                    .apply(
                            layer,
                            world.journal,
                            org.qubestools.core.io.Ownership.leftAlone(),
                            ChangeWorld.BEFORE,
                            ChangeWorld.AFTER)) {
                throw new IllegalStateException("never crashed: " + applied);
            } catch (SimulatedCrash crash) {
                if (Files.exists(world.root.resolve("appvms/new"))) {
                    return;
                }
                world.recover(FileLayer.system());
                n++;
            }
        }
    }

    @Test
    void garbledJournalTouchesNothing() throws IOException {
        Files.writeString(world.journal, "delete everything\n");

        assertRefusedUntouched();
    }

    @Test
    void journalThatIsNoFileTouchesNothing() throws IOException {
        Files.createSymbolicLink(world.journal, world.store);

        assertRefusedUntouched();
    }

    @Test
    void journalOfACopiedTreeTouchesNothing() throws IOException {
        crashBeforeTheSave();
        String journal = Files.readString(world.journal);
        Files.writeString(world.journal, journal.replace(world.journal.toString(), "/elsewhere/.qvm-pending"));

        assertRefusedUntouched();
    }

    @Test
    void storeChangedByAnotherProgramTouchesNothing() throws IOException {
        crashBeforeTheSave();
        Files.writeString(world.store, "<other/>");

        assertRefusedUntouched();
    }

    @Test
    void newChangeWithoutRecoveryIsRefused() {
        crashBeforeTheSave();
        Map<String, String> before = world.tree();
        FileChanges changes = new FileChanges();
        changes.delete(world.root.resolve("appvms/new"));

        assertThatThrownBy(() -> changes.apply(
                        FileLayer.system(),
                        world.journal,
                        org.qubestools.core.io.Ownership.leftAlone(),
                        ChangeWorld.BEFORE,
                        ChangeWorld.AFTER))
                .hasMessageStartingWith(world.journal.toString());

        assertThat(world.tree()).isEqualTo(before);
    }

    @Test
    void directoryMadeBySomebodyElseUnderTheSameNameIsKept() throws IOException {
        Path target = world.root.resolve("appvms/work");
        FileChanges changes = new FileChanges();
        changes.create(target, (staging, layer) -> layer.writeFile(staging.resolve("ours"), new byte[1]));
        int n = 0;
        while (!Files.exists(target)) {
            CrashingFileLayer layer = new CrashingFileLayer(n);
            try {
                world.edit(layer, changes, ChangeWorld.AFTER);
            } catch (SimulatedCrash crash) {
                n++;
                if (Files.exists(target)) {
                    break;
                }
                Files.createDirectory(target);
                Files.writeString(target.resolve("theirs"), "precious");
                world.recover(FileLayer.system());
                assertThat(target.resolve("theirs")).as("crash at " + n).hasContent("precious");
                assertThat(world.root.resolve("appvms")).isDirectoryNotContaining("glob:**/.qvm-*");
                Files.delete(target.resolve("theirs"));
                Files.delete(target);
            }
        }
        assertThat(n).isGreaterThan(10);
    }
}
