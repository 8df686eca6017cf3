package org.qubestools.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.io.CrashingFileLayer;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.SimulatedCrash;
import org.qubestools.core.io.UnixStat;

/** A directory made elsewhere is taken over as a whole or not at all, wherever the work is stopped. */
class AdoptCrashTest {
    @TempDir
    Path dir;

    private static FileChanges adoption(ChangeWorld world, Path staged) {
        FileChanges changes = new FileChanges();
        Path target = world.root.resolve("appvms/old");
        changes.move(target, world.root.resolve("appvms/old.aside"));
        changes.adopt(staged, target, (tree, layer) -> {
            if (!Files.exists(tree.resolve("volatile.img"))) {
                layer.createSparseFile(tree.resolve("volatile.img"), 10);
            }
        });
        return changes;
    }

    private static Path staged(ChangeWorld world) throws IOException {
        Path staged = world.root.resolve("staging/0/tree");
        Files.createDirectories(staged.getParent());
        FileLayer.system().createDirectory(staged);
        FileLayer.system().writeFile(staged.resolve("private.img"), ChangeWorld.bytes("data"));
        return staged;
    }

    @Test
    void itGetsModesAndWhatItLacks() throws IOException {
        ChangeWorld world = new ChangeWorld(dir.resolve("world"));
        Path staged = staged(world);

        world.edit(FileLayer.system(), adoption(world, staged), ChangeWorld.AFTER);

        Path target = world.root.resolve("appvms/old");
        assertThat(staged).doesNotExist();
        assertThat(target.resolve("private.img")).hasContent("data");
        assertThat(UnixStat.mode(target.resolve("private.img"))).isEqualTo(0660);
        assertThat(UnixStat.mode(target)).isEqualTo(02770);
        assertThat(Files.size(target.resolve("volatile.img"))).isEqualTo(10);
        assertThat(world.root.resolve("appvms/old.aside/old.conf")).hasContent("conf");
    }

    @Test
    void aCrashAtAnyOperationLeavesItWholeOrStaged() throws IOException {
        boolean crashed = true;
        for (int operation = 0; crashed; operation++) {
            ChangeWorld world = new ChangeWorld(dir.resolve("world" + operation));
            Path staged = staged(world);
            CrashingFileLayer layer = new CrashingFileLayer(operation);
            try {
                world.edit(layer, adoption(world, staged), ChangeWorld.AFTER);
            } catch (SimulatedCrash crash) {
                assertThat(layer.crashed()).isTrue();
            }
            crashed = layer.crashed();

            world.recover(FileLayer.system());

            boolean saved = Arrays.equals(Files.readAllBytes(world.store), ChangeWorld.AFTER);
            Path target = world.root.resolve("appvms/old");
            assertThat(target.resolve(saved ? "private.img" : "old.conf"))
                    .as("crash at operation " + operation)
                    .exists();
            assertThat(Files.exists(target.resolve("volatile.img"))).isEqualTo(saved);
            assertThat(Files.exists(staged.resolve("private.img"))).isEqualTo(!saved);
        }
    }
}
