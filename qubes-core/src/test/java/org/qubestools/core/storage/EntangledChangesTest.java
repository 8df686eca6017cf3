package org.qubestools.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.qubestools.core.io.FileLayer;

/** Changes of files that build on each other's results: whatever operation they end at, all of them are there or none. */
final class EntangledChangesTest extends WholeEditContract {
    @Override
    FileChanges plan(ChangeWorld world) {
        return entangled(world);
    }

    @Override
    int leastOperations() {
        return 90;
    }

    private static FileChanges entangled(ChangeWorld world) {
        Path vms = world.root.resolve("appvms");
        Path old = vms.resolve("old");
        FileChanges changes = new FileChanges();
        changes.link(old.resolve("icon.png"), "/icons/blue.png");
        changes.link(old.resolve("icon.png"), "/icons/green.png");
        changes.write(old.resolve("firewall.xml"), ChangeWorld.bytes("open"), 0640);
        changes.write(old.resolve("firewall.xml"), ChangeWorld.bytes("wide"), 0600);
        changes.unlink(old.resolve("menu"));
        changes.link(old.resolve("menu"), "here");
        changes.move(old, vms.resolve("new"));
        changes.write(vms.resolve("new/firewall.xml"), ChangeWorld.bytes("half"), 0640);
        changes.write(vms.resolve("new/notes"), ChangeWorld.bytes("notes"), 0600);
        changes.link(vms.resolve("new/icon.png"), "/icons/black.png");
        changes.move(vms.resolve("new/old.conf"), vms.resolve("new/new.conf"));
        create(changes, vms.resolve("made"));
        changes.write(vms.resolve("made/firewall.xml"), ChangeWorld.bytes("closed"), 0640);
        changes.write(vms.resolve("made/firewall.xml"), ChangeWorld.bytes("shut"), 0640);
        changes.link(vms.resolve("made/icon.png"), "/icons/gray.png");
        changes.move(vms.resolve("made/private.img"), vms.resolve("made/personal.img"));
        changes.move(vms.resolve("made"), vms.resolve("final"));
        changes.delete(vms.resolve("final/volatile.img"));
        changes.sparse(vms.resolve("final/volatile.img"), 30, 0660);
        Path copied = changes.planned().source(vms.resolve("final/personal.img"));
        Path renamed = changes.planned().source(vms.resolve("new/notes"));
        changes.create(vms.resolve("copy"), (staging, layer) -> {
            layer.copyFile(copied, staging.resolve("private.img"));
            layer.copyFile(renamed, staging.resolve("notes"));
        });
        create(changes, vms.resolve("short"));
        changes.delete(vms.resolve("short"));
        changes.delete(vms.resolve("gone"));
        create(changes, vms.resolve("gone"));
        return changes;
    }

    private static void create(FileChanges changes, Path directory) {
        PlannedTree.Item image = new PlannedTree.Item(PlannedTree.Kind.FILE, 10, null);
        PlannedTree.Item icon = new PlannedTree.Item(PlannedTree.Kind.LINK, 0, null);
        changes.create(
                directory,
                (staging, layer) -> {
                    layer.createSparseFile(staging.resolve("private.img"), 10);
                    layer.createSparseFile(staging.resolve("volatile.img"), 10);
                    layer.createSymlink(staging.resolve("icon.png"), "/icons/red.png");
                },
                Map.of("private.img", image, "volatile.img", image, "icon.png", icon));
    }

    @Test
    void theLastOneCounts() throws IOException {
        ChangeWorld world = world();
        world.edit(FileLayer.system(), entangled(world), ChangeWorld.AFTER);

        Path vms = world.root.resolve("appvms");
        assertThat(vms.resolve("new/firewall.xml")).hasContent("half");
        assertThat(vms.resolve("new/notes")).hasContent("notes");
        assertThat(vms.resolve("new/new.conf")).hasContent("conf");
        assertThat(Files.readSymbolicLink(vms.resolve("new/icon.png"))).hasToString("/icons/black.png");
        assertThat(Files.readSymbolicLink(vms.resolve("new/menu"))).hasToString("here");
        assertThat(vms.resolve("final/firewall.xml")).hasContent("shut");
        assertThat(vms.resolve("final/personal.img")).hasSize(10);
        assertThat(vms.resolve("final/volatile.img")).hasSize(30);
        assertThat(Files.readSymbolicLink(vms.resolve("final/icon.png"))).hasToString("/icons/gray.png");
        assertThat(vms.resolve("copy/notes")).hasContent("notes");
        assertThat(vms.resolve("gone/private.img")).hasSize(10);
        assertThat(vms)
                .isDirectoryNotContaining(path -> path.getFileName().toString().startsWith("."));
    }

    @Test
    void thePlanIsSeenBeforeItIsCarriedOut() throws IOException {
        ChangeWorld world = world();
        Path vms = world.root.resolve("appvms");
        FileChanges changes = entangled(world);
        PlannedTree tree = changes.planned();

        assertThat(tree.exists(vms.resolve("old"))).isFalse();
        assertThat(tree.exists(vms.resolve("old/firewall.xml"))).isFalse();
        assertThat(tree.content(vms.resolve("new/firewall.xml"))).isEqualTo(ChangeWorld.bytes("half"));
        assertThat(tree.kind(vms.resolve("new/menu"))).isEqualTo(PlannedTree.Kind.LINK);
        assertThat(tree.size(vms.resolve("final/volatile.img"))).isEqualTo(30);
        assertThat(tree.exists(vms.resolve("final/private.img"))).isFalse();
        assertThat(tree.exists(vms.resolve("gone/deep"))).isFalse();
        assertThat(tree.isFile(vms.resolve("gone/private.img"))).isTrue();
        assertThat(tree.exists(vms.resolve("short"))).isFalse();
        assertThat(world.tree()).isEqualTo(before);
    }

    @Test
    void whatIsRolledBackIsForgotten() throws IOException {
        ChangeWorld world = world();
        Path vms = world.root.resolve("appvms");
        FileChanges changes = new FileChanges();
        create(changes, vms.resolve("made"));
        int mark = changes.size();
        changes.move(vms.resolve("made"), vms.resolve("final"));
        changes.write(vms.resolve("old/firewall.xml"), ChangeWorld.bytes("open"), 0640);

        changes.rollBack(mark);

        assertThat(changes.planned().isDirectory(vms.resolve("made"))).isTrue();
        assertThat(changes.planned().exists(vms.resolve("final"))).isFalse();
        assertThat(changes.planned().content(vms.resolve("old/firewall.xml"))).isNull();
        assertThat(changes.describe()).hasSize(1);
    }

    @Test
    void outOfSomethingNewNothingCanBeMoved() throws IOException {
        ChangeWorld world = world();
        Path vms = world.root.resolve("appvms");
        FileChanges changes = new FileChanges();
        create(changes, vms.resolve("made"));
        changes.move(vms.resolve("made/private.img"), vms.resolve("old/private.img"));

        assertThatThrownBy(() -> world.edit(FileLayer.system(), changes, ChangeWorld.AFTER))
                .hasMessageContaining("one of the two is in a directory that is new itself");
        assertThat(world.tree()).isEqualTo(before);
    }
}
