package org.qubestools.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.CrashingFileLayer;
import org.qubestools.core.io.FailingFileLayer;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.SimulatedCrash;

/** Whatever operation an edit ends at: afterwards the files and the store are both old or both new. */
class FileChangesCrashTest {
    private static final long SEED = 20260101;

    @TempDir
    Path dir;

    private Map<String, String> before = Map.of();
    private Map<String, String> after = Map.of();
    private int worlds;

    @BeforeEach
    void learnBothStates() throws IOException {
        ChangeWorld world = world();
        before = world.tree();
        assertThat(world.edit(FileLayer.system(), world.everything(), ChangeWorld.AFTER))
                .isEmpty();
        after = world.tree();
        assertThat(after).doesNotContainKey(".qvm-pending").containsKey("services/vms/net/kernels/vmlinuz");
    }

    private ChangeWorld world() throws IOException {
        worlds++;
        return new ChangeWorld(dir.resolve("world" + worlds));
    }

    private void assertWhole(ChangeWorld world, String when) throws IOException {
        boolean isNew = Arrays.equals(Files.readAllBytes(world.store), ChangeWorld.AFTER);
        assertThat(relative(world)).as(when).isEqualTo(isNew ? after : before);
    }

    private static Map<String, String> relative(ChangeWorld world) {
        return world.tree();
    }

    private static void editUntilCrash(ChangeWorld world, FileLayer layer) {
        try {
            world.edit(layer, world.everything(), ChangeWorld.AFTER);
        } catch (SimulatedCrash crash) {
            // The next process finds what is on disk now.
            return;
        }
    }

    private static void recoverUntilCrash(ChangeWorld world, FileLayer layer) {
        try {
            world.recover(layer);
        } catch (SimulatedCrash crash) {
            return;
        }
    }

    @Test
    void everyCrashIsRecoveredFrom() throws IOException {
        int crashes = 0;
        for (boolean crashed = true; crashed; crashes++) {
            ChangeWorld world = world();
            CrashingFileLayer layer = new CrashingFileLayer(crashes);
            editUntilCrash(world, layer);
            crashed = layer.crashed();

            world.recover(FileLayer.system());

            assertWhole(world, "after a crash at operation " + crashes);
            assertThat(world.recover(FileLayer.system())).isEmpty();
        }
        assertThat(crashes).isGreaterThan(75);
    }

    @Test
    void crashesOfTheRecoveryAreRecoveredFrom() throws IOException {
        Random random = new Random(SEED);
        for (int run = 0; run < 300; run++) {
            ChangeWorld world = world();
            int first = random.nextInt(110);
            editUntilCrash(world, new CrashingFileLayer(first));
            int second = random.nextInt(25);
            recoverUntilCrash(world, new CrashingFileLayer(second));
            int third = random.nextInt(25);
            recoverUntilCrash(world, new CrashingFileLayer(third));

            world.recover(FileLayer.system());

            assertWhole(world, "after crashes at " + first + ", " + second + ", " + third + ", seed " + SEED);
        }
    }

    @Test
    void editAfterACrashWorks() throws IOException {
        Random random = new Random(SEED);
        for (int run = 0; run < 40; run++) {
            ChangeWorld world = world();
            editUntilCrash(world, new CrashingFileLayer(random.nextInt(110)));
            if (Arrays.equals(Files.readAllBytes(world.store), ChangeWorld.BEFORE)) {
                world.edit(FileLayer.system(), world.everything(), ChangeWorld.AFTER);
            } else {
                world.edit(FileLayer.system(), new FileChanges(), ChangeWorld.AFTER);
            }

            assertThat(world.tree()).isEqualTo(after);
        }
    }

    @Test
    void everyFailureIsUndoneAtOnceOrLeavesOnlyDeletions() throws IOException {
        int failures = 0;
        for (boolean failed = true; failed; failures++) {
            ChangeWorld world = world();
            FailingFileLayer layer = FailingFileLayer.at(failures);
            boolean saved = editSucceeds(world, layer);
            failed = layer.failed();
            String when = "after a failure of operation " + failures;

            if (saved) {
                assertThat(world.store).hasBinaryContent(ChangeWorld.AFTER);
                world.recover(FileLayer.system());
                assertThat(world.tree()).as(when).isEqualTo(after);
            } else {
                assertThat(world.store).hasBinaryContent(ChangeWorld.BEFORE);
                assertThat(world.tree()).as(when).isEqualTo(before);
            }
        }
        assertThat(failures).isGreaterThan(75);
    }

    private static boolean editSucceeds(ChangeWorld world, FailingFileLayer layer) {
        try {
            List<String> warnings = world.edit(layer, world.everything(), ChangeWorld.AFTER);
            assertThat(warnings.isEmpty()).isEqualTo(!layer.failed());
            return true;
        } catch (QubesException e) {
            assertThat(e).hasMessageStartingWith("cannot ").hasMessageContaining("No space left on device");
            assertThat(e.getSuppressed()).isEmpty();
            return false;
        }
    }

    @Test
    void changeWithoutAChangeOfTheStoreIsWholeToo() throws IOException {
        Map<String, String> changed = Map.of();
        for (int n = 100; n >= 0; n--) {
            ChangeWorld world = world();
            CrashingFileLayer layer = new CrashingFileLayer(n);
            try {
                world.edit(layer, world.everything(), ChangeWorld.BEFORE);
                changed = world.tree();
            } catch (SimulatedCrash crash) {
                world.recover(FileLayer.system());
            }
            assertThat(world.tree()).as("crash at " + n).isIn(before, changed);
        }
        assertThat(changed).isNotEqualTo(before);
    }
}
