package org.qubestools.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.CrashingFileLayer;
import org.qubestools.core.io.FailingFileLayer;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.SimulatedCrash;

/** Whatever operation an edit ends at: afterwards the files and the store are both old or both new. */
abstract class WholeEditContract {
    @TempDir
    Path dir;

    Map<String, String> before = Map.of();
    Map<String, String> after = Map.of();
    private int worlds;

    /** What the edit does in a world of its own. */
    abstract FileChanges plan(ChangeWorld world);

    /** How many operations the edit has at least, so that a test that breaks off early is noticed. */
    abstract int leastOperations();

    @BeforeEach
    void learnBothStates() throws IOException {
        ChangeWorld world = world();
        before = world.tree();
        assertThat(world.edit(FileLayer.system(), plan(world), ChangeWorld.AFTER))
                .isEmpty();
        after = world.tree();
        assertThat(after).isNotEqualTo(before).doesNotContainKey(".qvm-pending");
    }

    ChangeWorld world() throws IOException {
        worlds++;
        return new ChangeWorld(dir.resolve("world" + worlds));
    }

    void assertWhole(ChangeWorld world, String when) throws IOException {
        boolean isNew = Arrays.equals(Files.readAllBytes(world.store), ChangeWorld.AFTER);
        assertThat(world.tree()).as(when).isEqualTo(isNew ? after : before);
    }

    void editUntilCrash(ChangeWorld world, FileLayer layer) {
        try {
            world.edit(layer, plan(world), ChangeWorld.AFTER);
        } catch (SimulatedCrash crash) {
            // The next process finds what is on disk now.
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
        assertThat(crashes).isGreaterThan(leastOperations());
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
        assertThat(failures).isGreaterThan(leastOperations());
    }

    private boolean editSucceeds(ChangeWorld world, FailingFileLayer layer) {
        try {
            List<String> warnings = world.edit(layer, plan(world), ChangeWorld.AFTER);
            assertThat(warnings.isEmpty()).isEqualTo(!layer.failed());
            return true;
        } catch (QubesException e) {
            assertThat(e).hasMessageStartingWith("cannot ").hasMessageContaining("No space left on device");
            assertThat(e.getSuppressed()).isEmpty();
            return false;
        }
    }
}
