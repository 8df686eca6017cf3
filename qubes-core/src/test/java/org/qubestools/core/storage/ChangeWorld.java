package org.qubestools.core.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.TestFiles;
import org.qubestools.core.store.LockWait;
import org.qubestools.core.store.StoreFile;

/** A small tree with a store, an edit that does something of every kind, and what the tree is before and after it. */
final class ChangeWorld {
    private static final LockWait NOW = LockWait.atMost(Duration.ZERO, line -> {});
    static final byte[] BEFORE = bytes("<before/>");
    static final byte[] AFTER = bytes("<after/>");

    final Path root;
    final Path store;
    final Path journal;

    ChangeWorld(Path root) throws IOException {
        this.root = Files.createDirectory(root);
        store = Files.write(root.resolve("qubes.xml"), BEFORE);
        journal = root.resolve(".qvm-pending");
        FileLayer.system().setMode(store, 0660);
        Path old = Files.createDirectories(root.resolve("appvms/old"));
        Files.writeString(old.resolve("old.conf"), "conf");
        Files.writeString(old.resolve("firewall.xml"), "closed");
        Files.createSymbolicLink(old.resolve("icon.png"), Path.of("/icons/red.png"));
        Files.createSymbolicLink(old.resolve("menu"), Path.of("elsewhere"));
        Path gone = Files.createDirectories(root.resolve("appvms/gone/deep/er"));
        Files.writeString(gone.resolve("file"), "x");
        Files.createSymbolicLink(gone.resolve("out"), Path.of("../../../old"));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** One change of each kind, some of them on each other's results. */
    FileChanges everything() {
        Path old = root.resolve("appvms/old");
        FileChanges changes = new FileChanges();
        changes.directory(root.resolve("services/vms"));
        changes.create(root.resolve("services/vms/net"), ChangeWorld::populate);
        changes.move(old.resolve("old.conf"), old.resolve("new.conf"));
        changes.link(old.resolve("icon.png"), "/icons/blue.png");
        changes.link(old.resolve("second"), "/icons/green.png");
        changes.write(old.resolve("firewall.xml"), bytes("open"), 0640);
        changes.write(old.resolve("notes"), bytes("notes"), 0600);
        changes.unlink(old.resolve("menu"));
        changes.move(old, root.resolve("appvms/new"));
        changes.delete(root.resolve("appvms/gone"));
        return changes;
    }

    private static void populate(Path staging, FileLayer layer) throws IOException {
        layer.createSparseFile(staging.resolve("private.img"), 10);
        layer.createDirectory(staging.resolve("kernels"));
        layer.writeFile(staging.resolve("kernels/vmlinuz"), bytes("kernel"));
        layer.setMode(staging.resolve("kernels/vmlinuz"), 0755);
        layer.createSymlink(staging.resolve("icon.png"), "/icons/red.png");
    }

    /** The whole edit as the facade does it; the warnings of the commit. */
    List<String> edit(FileLayer layer, FileChanges changes, byte[] after) {
        try (StoreFile file = StoreFile.openExclusive(store, NOW, layer, Ownership.leftAlone())) {
            byte[] now = file.read();
            List<String> lines = new ArrayList<>(FileChanges.recover(layer, journal, now));
            try (FileChanges.Applied applied = changes.apply(layer, journal, Ownership.leftAlone(), now, after)) {
                file.replace(after);
                lines.addAll(applied.commit());
            }
            return lines;
        }
    }

    /** What a later edit does first; it also clears temporary files of the store. */
    List<String> recover(FileLayer layer) {
        try (StoreFile file = StoreFile.openExclusive(store, NOW, layer, Ownership.leftAlone())) {
            return FileChanges.recover(layer, journal, file.read());
        }
    }

    Map<String, String> tree() {
        Map<String, String> tree = TestFiles.tree(root);
        tree.keySet().removeIf(name -> name.startsWith("qubes.xml.qvm-"));
        return tree;
    }
}
