package org.qubestools.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.edit.Change;
import org.qubestools.core.edit.CreateVm;
import org.qubestools.core.edit.EditHooks;
import org.qubestools.core.edit.RegisterVm;
import org.qubestools.core.edit.SetFirewall;
import org.qubestools.core.edit.SetGlobal;
import org.qubestools.core.edit.SetProperties;
import org.qubestools.core.edit.SetProperties.Assignment;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.CrashingFileLayer;
import org.qubestools.core.io.FailingFileLayer;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.SimulatedCrash;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.Label;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.storage.FirewallEdit;
import org.qubestools.core.store.LockWait;
import org.qubestools.core.vmm.LazyVmm;

/** Whatever operation a batch ends at - a crash, a full disk - all of it is there or nothing, the store itself included. */
final class BatchCrashTest {
    private static final List<Change> FIRST = List.of(
            new SetGlobal(Globals.Key.DEFAULT_KERNEL, "4.4"),
            new RegisterVm(VmClass.TEMPLATE, "fedora-23", null, true),
            create("work"),
            new SetFirewall("work", List.of(new FirewallEdit.Policy(false))),
            new SetProperties("work", List.of(new Assignment("label", "blue"))));
    private static final List<Change> SECOND = List.of(
            create("vault"),
            new SetProperties("work", List.of(new Assignment("name", "job"))),
            new SetFirewall("job", List.of(new FirewallEdit.Dns(false))),
            new SetProperties("job", List.of(new Assignment("label", "green"))));

    @TempDir
    private Path dir;

    private Map<String, String> untouched = Map.of();
    private Map<String, String> afterFirst = Map.of();
    private Map<String, String> afterSecond = Map.of();
    private int worlds;

    private static CreateVm create(String name) {
        return new CreateVm(VmClass.APP, name, Label.RED, null, false, false, Pools.DEFAULT, null, null, List.of());
    }

    @BeforeEach
    void learnAllStates() throws IOException {
        Path root = world();
        untouched = tree(root);
        batch(root, FileLayer.system(), FIRST, true);
        afterFirst = tree(root);
        batch(root, FileLayer.system(), SECOND, false);
        afterSecond = tree(root);
        assertThat(names(root)).containsExactly("dom0", "fedora-23", "job", "vault");
    }

    private Path world() throws IOException {
        worlds++;
        Path qubes = dir.resolve("world" + worlds + "/var/lib/qubes");
        for (String file : List.of("vm-templates/fedora-23/root.img", "vm-templates/fedora-23/private.img")) {
            Files.createDirectories(qubes.resolve(file).getParent());
            Files.writeString(qubes.resolve(file), "image");
        }
        Files.createDirectories(qubes.resolve("vm-kernels/4.4"));
        Files.writeString(qubes.resolve("vm-kernels/4.4/vmlinuz"), "v");
        Files.writeString(qubes.resolve("vm-kernels/4.4/initramfs"), "i");
        return dir.resolve("world" + worlds);
    }

    private static Qubes open(Path root, FileLayer layer) {
        QubesConfig config = QubesConfig.of(Map.of("QUBES_ROOT", root.toString(), "QUBES_GROUP", ""), Map.of());
        LockWait now = LockWait.atMost(Duration.ZERO, line -> {});
        return new Qubes(config, LazyVmm.offline(), layer, Clock.systemUTC(), now, EditHooks.NONE);
    }

    private static void batch(Path root, FileLayer layer, List<Change> changes, boolean newStore) {
        try (Qubes qubes = open(root, layer)) {
            qubes.batch(
                    edit -> {
                        for (Change change : changes) {
                            edit.attempt(() -> edit.part(false).edit(List.of(change), false));
                        }
                    },
                    newStore,
                    false);
        }
    }

    private static List<String> names(Path root) {
        List<String> names = new ArrayList<>();
        try (Qubes qubes = open(root, FileLayer.system())) {
            for (QubesVm vm : qubes.load().vms().byQidOrder()) {
                names.add(vm.name());
            }
        }
        return names;
    }

    /** Sizes and targets of links, but not the size of the store, in which there is a random UUID. */
    private static Map<String, String> tree(Path root) {
        Map<String, String> tree = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.toList()) {
                String name = root.relativize(file).toString();
                if (!name.contains("/backup/generation-")) { // its own tests are those of the history
                    tree.put(name, name.endsWith("/qubes.xml") ? "store" : describe(file));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tree;
    }

    private static String describe(Path file) throws IOException {
        if (Files.isSymbolicLink(file)) {
            return "-> " + Files.readSymbolicLink(file);
        }
        return Files.isDirectory(file) ? "directory" : Files.size(file) + " bytes";
    }

    private static boolean hasStore(Path root) {
        return Files.exists(root.resolve("var/lib/qubes/qubes.xml"));
    }

    @Test
    void aKilledFirstBatchLeavesNoStoreOrAllOfIt() throws IOException {
        int crashes = 0;
        for (boolean crashed = true; crashed; crashes++) {
            Path root = world();
            CrashingFileLayer layer = new CrashingFileLayer(crashes);
            try {
                batch(root, layer, FIRST, true);
            } catch (SimulatedCrash crash) {
                assertThat(layer.crashed()).isTrue();
            }
            crashed = layer.crashed();

            if (hasStore(root)) {
                assertThat(names(root)).as("crash at %s", crashes).containsExactly("dom0", "fedora-23", "work");
                batch(root, FileLayer.system(), List.of(new SetGlobal(Globals.Key.UPDATEVM, "none")), false);
            } else {
                assertThatThrownBy(() -> names(root)).hasMessageContaining("no store at");
                batch(root, FileLayer.system(), FIRST, true);
            }
            assertThat(withoutLeftName(root)).as("crash at %s", crashes).isEqualTo(afterFirst);
        }
        assertThat(crashes).isGreaterThan(40);
    }

    /** A second name of the complete store may be left by a kill right after its first. */
    private static Map<String, String> withoutLeftName(Path root) {
        Map<String, String> tree = tree(root);
        tree.remove("var/lib/qubes/.qvm-new-store");
        return tree;
    }

    @Test
    void afterAKilledFirstBatchAPlainInitialisationMakesAnEmptyStore() throws IOException {
        for (int crashes = 0; crashes < 60; crashes += 5) {
            Path root = world();
            try {
                batch(root, new CrashingFileLayer(crashes), FIRST, true);
            } catch (SimulatedCrash crash) {
                try (Qubes qubes = open(root, FileLayer.system())) {
                    qubes.initStorage(false);
                    assertThat(qubes.load().vms().inDocumentOrder()).hasSizeLessThan(2);
                }
                assertThat(Files.exists(root.resolve("var/lib/qubes/appvms/work")))
                        .isFalse();
                assertThat(tree(root)).doesNotContainKeys("var/lib/qubes/.qvm-pending", "var/lib/qubes/.qvm-new-store");
            }
        }
    }

    @Test
    void aFailedFirstBatchLeavesNothing() throws IOException {
        int failures = 0;
        for (boolean failed = true; failed; failures++) {
            Path root = world();
            FailingFileLayer layer = FailingFileLayer.at(failures);
            try {
                batch(root, layer, FIRST, true);
                assertThat(names(root)).containsExactly("dom0", "fedora-23", "work");
            } catch (QubesException | UncheckedIOException e) {
                if (!hasStore(root)) {
                    Map<String, String> left = tree(root);
                    assertThat(left).as("failure at %s", failures).isEqualTo(untouched);
                }
            }
            failed = layer.failed();
        }
        assertThat(failures).isGreaterThan(40);
    }

    @Test
    void aKilledLaterBatchIsWholeOrAbsent() throws IOException {
        int crashes = 0;
        for (boolean crashed = true; crashed; crashes++) {
            Path root = world();
            batch(root, FileLayer.system(), FIRST, true);
            CrashingFileLayer layer = new CrashingFileLayer(crashes);
            try {
                batch(root, layer, SECOND, false);
            } catch (SimulatedCrash crash) {
                assertThat(layer.crashed()).isTrue();
            }
            crashed = layer.crashed();

            boolean whole = names(root).contains("job");
            batch(root, FileLayer.system(), List.of(new SetGlobal(Globals.Key.UPDATEVM, "none")), false);
            Map<String, String> left = tree(root);
            left.keySet().removeIf(name -> name.contains("qubes.xml.qvm-"));
            assertThat(left).as("crash at %s", crashes).isEqualTo(whole ? afterSecond : afterFirst);
        }
        assertThat(crashes).isGreaterThan(40);
    }

    @Test
    void aSecondWriterWaits() throws IOException {
        Path root = world();
        batch(root, FileLayer.system(), FIRST, true);
        try (Qubes qubes = open(root, FileLayer.system())) {
            assertThatThrownBy(() -> qubes.batch(edit -> batch(root, FileLayer.system(), SECOND, false), false, false))
                    .hasMessageContaining("lock");
        }
        assertThat(tree(root)).isEqualTo(afterFirst);
    }

    @Test
    void aSecondFirstBatchWaits() throws IOException {
        Path root = world();
        try (Qubes qubes = open(root, FileLayer.system())) {
            assertThatThrownBy(() -> qubes.batch(edit -> batch(root, FileLayer.system(), FIRST, true), true, false))
                    .hasMessageContaining("lock");
        }
        assertThat(tree(root)).isEqualTo(untouched);
        batch(root, FileLayer.system(), FIRST, true);
        assertThatThrownBy(() -> batch(root, FileLayer.system(), FIRST, true)).hasMessageContaining("exists already");
        assertThat(tree(root)).isEqualTo(afterFirst);
    }
}
