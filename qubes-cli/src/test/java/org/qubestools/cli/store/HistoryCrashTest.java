package org.qubestools.cli.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.qubestools.cli.ProjectFiles;
import org.qubestools.cli.ToolRunner;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.core.Qubes;
import org.qubestools.core.QubesConfig;
import org.qubestools.core.edit.Change;
import org.qubestools.core.edit.CreateVm;
import org.qubestools.core.edit.EditHooks;
import org.qubestools.core.edit.SetProperties;
import org.qubestools.core.edit.SetProperties.Assignment;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.history.Author;
import org.qubestools.core.io.CountingFileLayer;
import org.qubestools.core.io.CrashingFileLayer;
import org.qubestools.core.io.FailingFileLayer;
import org.qubestools.core.io.SimulatedCrash;
import org.qubestools.core.model.Label;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.store.LockWait;
import org.qubestools.core.vmm.LazyVmm;

/**
 * Whatever operation a save with its history ends or fails at: the store is the old or the new one, the history tells
 * what happened, undo and the next save work. What fails of the history hinders no save and is named in a warning.
 */
final class HistoryCrashTest {
    /** Otherwise kinds of faults that differ little are tried in one scene. */
    private static final boolean ALL = Boolean.getBoolean("qubes.long");

    private static final String EDIT = "the-edit";
    private static final String BACKUP = "/var/lib/qubes/backup";

    @TempDir
    private Path dir;

    private int worlds;

    /** What the edit finds. */
    private enum Scene {
        /** No directory yet. */
        FIRST,
        /** Some generations. */
        LATER,
        /** A store that something else has changed. */
        FOREIGN_CHANGE,
        /** More generations than are kept. */
        PRUNING,
        /** A change that was killed right before its save. */
        KILLED,
        /** The same on a file system without hard links. */
        KILLED_WITHOUT_LINKS,
        /** Nothing special, but the edit changes files too. */
        WITH_FILES
    }

    /** One store, and the edit that is tried on it. */
    private final class World {
        private final Scene scene;
        private final Path root;
        private final Path store;
        private final Path backup;
        private final byte[] old;
        private List<String> warnings = List.of();

        World(Scene scene) throws IOException {
            this.scene = scene;
            worlds++;
            root = dir.resolve("world" + worlds);
            store = root.resolve("var/lib/qubes/qubes.xml");
            backup = store.resolveSibling("backup");
            for (String directory : List.of("appvms/work", "vm-templates/fedora-23", "vm-kernels/4.4.14-11")) {
                Path path = Files.createDirectories(store.resolveSibling(directory));
                for (String file : List.of("root.img", "root-cow.img", "private.img", "vmlinuz", "initramfs")) {
                    Files.createFile(path.resolve(file));
                }
            }
            Files.copy(ProjectFiles.smallStore(), store);
            prepare();
            old = content();
        }

        private void prepare() throws IOException {
            if (scene == Scene.FIRST) {
                return;
            }
            done("qvm-prefs -s vault label red");
            done("qvm-prefs -s vault label blue");
            if (scene == Scene.FOREIGN_CHANGE) {
                Files.writeString(
                        store,
                        Files.readString(store)
                                .replace("label=\"blue\" maxmem=\"4000\"", "label=\"blue\" maxmem=\"3999\""));
            } else if (scene == Scene.KILLED || scene == Scene.KILLED_WITHOUT_LINKS) {
                int save = new World(Scene.LATER).firstSave();
                CrashingFileLayer layer = new CrashingFileLayer(scene == Scene.KILLED ? save : save + 4);
                assertThat(edit(layer)).as("killed before the save").isNull();
                assertThat(backup.resolve("generation-000003.json")).isNotEmptyFile();
            }
        }

        /** The operation with which the store itself begins to be written. */
        private int firstSave() {
            CountingFileLayer layer = CountingFileLayer.counting();
            assertThat(edit(layer)).isEmpty();
            int number = 0;
            for (String operation : layer.operations()) {
                if (operation.startsWith("create ") && operation.contains("/qubes.xml.qvm-")) {
                    return number;
                }
                number++;
            }
            throw new AssertionError(layer.operations());
        }

        private Change change() {
            return scene == Scene.WITH_FILES
                    ? new CreateVm(
                            VmClass.APP, "new", Label.RED, null, false, false, Pools.DEFAULT, null, null, List.of())
                    : new SetProperties("work", List.of(new Assignment("memory", "777")));
        }

        /** The error of the edit; empty if there was none, null if the process died. */
        private String edit(CountingFileLayer layer) {
            if (scene == Scene.KILLED_WITHOUT_LINKS) {
                layer.refuseLinks();
            }
            Map<String, String> settings =
                    Map.of("QUBES_ROOT", root.toString(), "QUBES_HISTORY", scene == Scene.PRUNING ? "1" : "200");
            try (Qubes qubes = new Qubes(
                    QubesConfig.of(settings, Map.of()),
                    LazyVmm.offline(),
                    layer,
                    Clock.systemUTC(),
                    LockWait.atMost(Duration.ZERO, line -> {}),
                    EditHooks.NONE,
                    new Author(List.of(EDIT), "user"),
                    false)) {
                warnings = qubes.edit(List.of(change()), false).warnings();
                return "";
            } catch (QubesException e) {
                return String.valueOf(e.getMessage());
            } catch (SimulatedCrash crash) {
                return null;
            }
        }

        private Outcome run(String commandLine) {
            return new ToolRunner().environment("QUBES_ROOT", root.toString()).run(commandLine);
        }

        private String done(String commandLine) {
            Outcome outcome = run(commandLine);
            assertThat(outcome.code()).as(commandLine + ": " + outcome.err()).isZero();
            assertThat(outcome.err()).as(commandLine).doesNotContain("history", BACKUP);
            return outcome.out();
        }

        private byte[] content() throws IOException {
            return Files.readAllBytes(store);
        }

        private boolean isNew() throws IOException {
            String now = new String(content(), StandardCharsets.UTF_8);
            if (now.equals(new String(old, StandardCharsets.UTF_8))) {
                return false;
            }
            assertThat(now).contains(scene == Scene.WITH_FILES ? "name=\"new\"" : "memory=\"777\"");
            return true;
        }

        private List<String> history() {
            return done("qubes-store history").lines().toList();
        }

        /** The number of the edit in the history; empty if it is not there. */
        private String number(List<String> history) {
            List<String> lines =
                    history.stream().filter(line -> line.contains(EDIT)).toList();
            assertThat(lines).hasSizeLessThan(2);
            return lines.isEmpty() ? "" : lines.get(0).substring(0, lines.get(0).indexOf(' '));
        }

        /** All that users want of a history, whatever has happened to the edit. */
        private void assertUsable() throws IOException {
            boolean isNew = isNew();
            List<String> before = history();
            assertThat(number(before)).matches(isNew ? "\\d*" : "");
            Outcome undo = run("qubes-store undo --dry-run");
            if (before.isEmpty()) {
                assertThat(undo.err()).contains("there is no history yet");
            } else if (undo.code() != 0) {
                assertThat(warnings).isNotEmpty();
                assertThat(undo.err()).contains("it was changed since, and that is not in the history");
            }
            done("qvm-prefs -s vault memory 555");
            List<String> after = history();
            assertThat(after.get(after.size() - 1)).contains("qvm-prefs -s vault memory 555");
            assertThat(after.size() - before.size()).isBetween(1, 2);
            assertThat(after).noneMatch(line -> line.contains("(time unknown)"));
            assertKept();
            done("qubes-store undo");
            assertThat(Files.readString(store)).doesNotContain("memory=\"555\"");
            assertThat(isNew()).isEqualTo(isNew);
            if (isNew && !number(after).isEmpty() && warnings.isEmpty()) {
                done("qubes-store undo " + number(after));
                assertThat(isNew()).isFalse();
            }
        }

        private void assertKept() throws IOException {
            try (Stream<Path> files = Files.list(backup)) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .allMatch(name -> name.matches("generation-(\\d{6}\\.(xml|json)|saved\\.xml)"));
            }
            try (Stream<Path> files = Files.list(backup.resolveSibling("."))) {
                assertThat(files.map(file -> file.getFileName().toString())).noneMatch(name -> name.contains(".qvm-"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aKillLeavesTheHistoryOfWhatHappened(Scene scene) throws IOException {
        int first = firstOf(scene);
        int kills = first;
        for (boolean killed = true; killed; kills++) {
            World world = new World(scene);
            CrashingFileLayer layer = new CrashingFileLayer(kills);
            String error = world.edit(layer);
            killed = layer.crashed();
            List<String> operations = layer.operations();
            String when = scene + " killed at " + kills + ": " + operations.get(operations.size() - 1);

            assertThat(error).as(when).isEqualTo(killed ? null : "");
            check(when, () -> {
                if (world.isNew()) {
                    assertThat(world.number(world.history())).isNotEmpty();
                }
                world.assertUsable();
            });
        }
        assertThat(kills - first).isGreaterThan(17);
    }

    private interface Check {
        void run() throws IOException;
    }

    private static void check(String when, Check check) {
        try {
            check.run();
        } catch (IOException | AssertionError e) {
            throw new AssertionError(when + ": " + e.getMessage(), e);
        }
    }

    /** What fails, of the operations from a number on. */
    private enum Fault {
        /** One operation. */
        ONE,
        /** All that needs room. */
        FULL_DISK,
        /** All in the directory of the history. */
        DEAD_DIRECTORY
    }

    private static FailingFileLayer failing(Fault fault, int from, World world) {
        return switch (fault) {
            case ONE -> FailingFileLayer.at(from);
            case FULL_DISK -> FailingFileLayer.fullFrom(from);
            case DEAD_DIRECTORY -> FailingFileLayer.deadFrom(from, world.backup);
        };
    }

    @ParameterizedTest
    @EnumSource
    void aFailureOfTheHistoryHindersNoSave(Scene scene) throws IOException {
        for (Fault fault : ALL || scene == Scene.FOREIGN_CHANGE ? Fault.values() : new Fault[] {Fault.ONE}) {
            int first = firstOf(scene);
            int failures = first;
            for (boolean failed = true; failed; failures++) {
                World world = new World(scene);
                FailingFileLayer layer = failing(fault, failures, world);
                String error = world.edit(layer);
                failed = layer.failed();
                boolean ofHistory = failed && concernsHistory(layer.operations(), failures);
                String when = scene + ", " + fault + " at " + failures + ": "
                        + layer.operations()
                                .get(Math.min(failures, layer.operations().size() - 1)) + ": " + error
                        + world.warnings;

                check(when, () -> {
                    if (fault == Fault.DEAD_DIRECTORY || (fault == Fault.ONE && ofHistory)) {
                        assertThat(error).isEmpty();
                        assertThat(world.isNew()).isTrue();
                    }
                    if (!error.isEmpty()) {
                        assertThat(error).startsWith("cannot ").contains("/var/lib/qubes/");
                        assertThat(world.isNew()).isFalse();
                    }
                    for (String warning : world.warnings) {
                        assertThat(warning).contains("/var/lib/qubes/", "No space left on device");
                    }
                    world.assertUsable();
                });
            }
            assertThat(failures - first).isGreaterThan(fault == Fault.ONE ? 17 : 7);
        }
    }

    /** Whether the operation of this number is on a file of the history; that of a write is the one that was made last. */
    private static boolean concernsHistory(List<String> operations, int number) {
        String operation = operations.get(number);
        for (int i = number; i >= 0 && operation.startsWith("write "); i--) {
            operation = operations.get(i).startsWith("create ") ? operations.get(i) : operation;
        }
        return operation.contains(BACKUP);
    }

    /** From where on operations are tried: what an edit does with files before its save is tried elsewhere. */
    private int firstOf(Scene scene) throws IOException {
        CountingFileLayer layer = CountingFileLayer.counting();
        assertThat(new World(scene).edit(layer)).isEmpty();
        int number = 0;
        while (!layer.operations().get(number).contains(BACKUP)) {
            number++;
        }
        return number;
    }
}
