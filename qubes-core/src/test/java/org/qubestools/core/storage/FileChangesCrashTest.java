package org.qubestools.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.qubestools.core.io.CrashingFileLayer;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.SimulatedCrash;

/** One change of each kind. */
final class FileChangesCrashTest extends WholeEditContract {
    private static final long SEED = 20260101;

    @Override
    FileChanges plan(ChangeWorld world) {
        return world.everything();
    }

    @Override
    int leastOperations() {
        return 75;
    }

    @Test
    void allOfItIsThereAfterwards() {
        assertThat(after).containsKey("services/vms/net/kernels/vmlinuz");
    }

    private static void recoverUntilCrash(ChangeWorld world, FileLayer layer) {
        try {
            world.recover(layer);
        } catch (SimulatedCrash crash) {
            return;
        }
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
