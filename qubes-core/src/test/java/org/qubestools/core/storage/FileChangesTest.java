package org.qubestools.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.CountingFileLayer;
import org.qubestools.core.io.FailingFileLayer;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.UnixStat;

class FileChangesTest {
    @TempDir
    Path dir;

    private ChangeWorld world;
    private Path old;

    @BeforeEach
    void makeWorld() throws IOException {
        world = new ChangeWorld(dir.resolve("world"));
        old = world.root.resolve("appvms/old");
    }

    private static FileChanges plan(Consumer<FileChanges> steps) {
        FileChanges changes = new FileChanges();
        steps.accept(changes);
        return changes;
    }

    private void assertRefused(Consumer<FileChanges> steps, String message) {
        Map<String, String> before = world.tree();
        CountingFileLayer layer = CountingFileLayer.counting();

        assertThatThrownBy(() -> world.edit(layer, plan(steps), ChangeWorld.AFTER))
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FAILED))
                .hasMessage(message);

        assertThat(layer.operations()).isEmpty();
        assertThat(world.tree()).isEqualTo(before);
    }

    @Test
    void everythingIsDoneWithDefaultModes() throws IOException {
        world.edit(FileLayer.system(), world.everything(), ChangeWorld.AFTER);

        Path renamed = world.root.resolve("appvms/new");
        Path made = world.root.resolve("services/vms/net");
        assertThat(old).doesNotExist();
        assertThat(renamed.resolve("new.conf")).hasContent("conf");
        assertThat(renamed.resolve("firewall.xml")).hasContent("open");
        assertThat(UnixStat.mode(renamed.resolve("firewall.xml"))).isEqualTo(0640);
        assertThat(Files.readSymbolicLink(renamed.resolve("icon.png"))).hasToString("/icons/blue.png");
        assertThat(Files.readSymbolicLink(renamed.resolve("second"))).hasToString("/icons/green.png");
        assertThat(renamed.resolve("menu")).doesNotExist();
        assertThat(world.root.resolve("appvms/gone")).doesNotExist();
        assertThat(UnixStat.mode(made)).isEqualTo(02770);
        assertThat(UnixStat.mode(world.root.resolve("services"))).isEqualTo(02770);
        assertThat(UnixStat.mode(made.resolve("private.img"))).isEqualTo(0660);
        assertThat(UnixStat.mode(made.resolve("kernels/vmlinuz"))).isEqualTo(0755);
    }

    @Test
    void closeWithoutCommitTakesEverythingBack() {
        Map<String, String> before = world.tree();

        try (FileChanges.Applied applied = world.everything()
                .apply(
                        FileLayer.system(),
                        world.journal,
                        Ownership.leftAlone(),
                        ChangeWorld.BEFORE,
                        ChangeWorld.AFTER)) {
            assertThat(world.root.resolve("appvms/new")).exists();
            applied.close();
        }

        assertThat(world.tree()).isEqualTo(before);
    }

    @Test
    void groupIsGivenToAllThatIsNew() throws IOException {
        assumeTrue(UnixStat.uid(world.store) == 0, "needs root");

        try (FileChanges.Applied applied = world.everything()
                .apply(FileLayer.system(), world.journal, Ownership.group(98), ChangeWorld.BEFORE, ChangeWorld.AFTER)) {
            assertThat(UnixStat.gid(world.root.resolve("services"))).isEqualTo(98);
            assertThat(UnixStat.gid(world.root.resolve("services/vms/net/kernels/vmlinuz")))
                    .isEqualTo(98);
            assertThat(UnixStat.gid(world.root.resolve("appvms/new/notes"))).isEqualTo(98);
            assertThat(UnixStat.gid(world.journal)).isEqualTo(98);
            applied.commit();
        }
    }

    @Test
    void deletionNeverFollowsLinks() throws IOException {
        Path outside = Files.createDirectory(dir.resolve("outside"));
        Files.writeString(outside.resolve("precious"), "x");
        Files.createSymbolicLink(old.resolve("link"), outside);

        world.edit(FileLayer.system(), plan(c -> c.delete(old)), ChangeWorld.AFTER);

        assertThat(old).doesNotExist();
        assertThat(outside.resolve("precious")).exists();
    }

    @Test
    void whatCannotBeDeletedIsDeletedByALaterEdit() throws IOException {
        FailingFileLayer layer = FailingFileLayer.on("delete " + world.root.resolve("appvms/.qvm-old"));

        assertThat(world.edit(layer, plan(c -> c.delete(old)), ChangeWorld.AFTER))
                .singleElement()
                .asString()
                .contains("the next change tries again")
                .contains("No space left on device");
        assertThat(old).doesNotExist();
        assertThat(world.journal).exists();

        // An edit that cannot delete it either goes on, and a third one cleans up.
        Path other = world.root.resolve("appvms/other");
        assertThat(world.edit(layer, plan(c -> c.create(other, (staging, l) -> {})), ChangeWorld.BEFORE))
                .isNotEmpty();
        assertThat(other).isDirectory();
        world.recover(FileLayer.system());
        assertThat(world.journal).doesNotExist();
        assertThat(world.root.resolve("appvms")).isDirectoryNotContaining("glob:**/.qvm-*");
    }

    @Test
    void planIsDescribed() {
        assertThat(world.everything().describe())
                .startsWith(
                        "make directory " + world.root + "/services/vms", "create " + world.root + "/services/vms/net")
                .contains("write " + old + "/firewall.xml (4 bytes)", "remove link " + old + "/menu")
                .endsWith(
                        "rename " + old + " to " + world.root + "/appvms/new", "remove " + world.root + "/appvms/gone");
        assertThat(world.everything().isEmpty()).isFalse();
        assertThat(new FileChanges().isEmpty()).isTrue();
    }

    @Test
    void impossibleStepsAreRefusedBeforeAnythingIsDone() {
        Path none = world.root.resolve("none");
        assertRefused(c -> c.create(old, (s, l) -> {}), "cannot create " + old + ": it exists already");
        assertRefused(c -> c.delete(none), "cannot remove " + none + ": it does not exist");
        assertRefused(
                c -> c.move(old, world.store),
                "cannot rename " + old + " to " + world.store + ": " + world.store + " exists already");
        assertRefused(c -> c.unlink(old), "cannot remove link " + old + ": it is not a link");
        assertRefused(c -> c.link(old, "x"), "cannot link " + old + " to x: it exists and is not a link");
        assertRefused(
                c -> c.write(old, new byte[0], 0600),
                "cannot write " + old + " (0 bytes): it exists and is not a file");
        assertRefused(
                c -> c.create(none.resolve("x"), (s, l) -> {}),
                "cannot create " + none + "/x: the directory " + none + " does not exist");
        assertRefused(
                c -> {
                    c.delete(old);
                    c.unlink(old.resolve("menu"));
                },
                "cannot remove link " + old + "/menu: it does not exist");
    }

    @Test
    void laterStepsSeeTheEarlierOnes() throws IOException {
        FileChanges changes = plan(c -> {
            c.delete(old);
            c.create(old, (staging, layer) -> layer.writeFile(staging.resolve("new"), ChangeWorld.bytes("n")));
            c.move(world.root.resolve("appvms/gone"), world.root.resolve("appvms/kept"));
            c.delete(world.root.resolve("appvms/kept/deep"));
        });

        world.edit(FileLayer.system(), changes, ChangeWorld.AFTER);

        assertThat(old.resolve("new")).hasContent("n");
        assertThat(old.resolve("firewall.xml")).doesNotExist();
        assertThat(world.root.resolve("appvms/kept")).isEmptyDirectory();
    }

    @Test
    void failureOfPopulateIsPassedOnAndUndone() {
        Map<String, String> before = world.tree();
        QubesException cancelled = new QubesException(ErrorKind.CANCELLED, "stop");
        FileChanges changes = world.everything();
        changes.create(world.root.resolve("more"), (staging, layer) -> {
            layer.writeFile(staging.resolve("half"), new byte[10]);
            throw cancelled;
        });

        assertThatThrownBy(() -> world.edit(FileLayer.system(), changes, ChangeWorld.AFTER))
                .isSameAs(cancelled);

        assertThat(world.tree()).isEqualTo(before);
    }

    @Test
    void oddPathsAreRefusedAtOnce() {
        for (String odd : new String[] {"relative", "/a/../b", "/"}) {
            assertThatThrownBy(() -> plan(c -> c.delete(Path.of(odd)))).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
